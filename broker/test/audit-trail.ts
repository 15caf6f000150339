// The audit trail as an auditor sees it: through the broker, and as an export.
import assert from 'node:assert/strict'
import { createPublicKey, hash, verify } from 'node:crypto'
import { Operator } from '@agentwrit/client'
import {
  verifyAuditExport,
  type AuditEvent,
  type AuditExportCheck,
  type AuditExportResult,
  type Checkpoint,
  type VerifyAuditResponse,
  type VerifySignature,
} from '@agentwrit/protocol'
import type { NewAuditEvent } from '../src/domain/audit/audit-event.ts'
import { ask } from './ask.ts'
import { auditKeys } from './signing-keys.ts'
import { adminSecret, type TestBroker } from './test-broker.ts'

export const verifyPath = '/v1/audit/verify'

/** Asks the broker, whose sign-in for it is an event more. */
export async function verifyOnline(
  broker: TestBroker,
  query: Readonly<Record<string, number>> = {},
): Promise<VerifyAuditResponse> {
  const text = Object.entries(query).map(([name, value]) => `${name}=${value}`)
  const operator = await Operator.signIn({ broker: broker.client, secret: adminSecret })
  return verifyAs(broker, await operator.token(), text.join('&'))
}

/** Asks with this bearer, so that nothing is written. */
export async function verifyAs(
  broker: Pick<TestBroker, 'fetch'>,
  bearer: string,
  query = '',
): Promise<VerifyAuditResponse> {
  const answer = await ask(broker, 'GET', `${verifyPath}?${query}`, { bearer })
  assert.equal(answer.status, 200, JSON.stringify(answer.body))
  return answer.body as unknown as VerifyAuditResponse
}

/** Everything in the log, as it is kept. */
export async function exportTrail({ broker }: Pick<TestBroker, 'broker'>): Promise<AuditEvent[]> {
  const events: AuditEvent[] = []
  for (let from = 1; ; from = (events.at(-1)?.seq ?? 0) + 1) {
    const page = await broker.context.store.audit.read(from, 1000)
    if (page.length === 0) return events
    events.push(...page)
  }
}

export async function verifyExport(
  broker: TestBroker,
  events: readonly AuditEvent[],
  check: Partial<AuditExportCheck> = {},
): Promise<AuditExportResult> {
  const keys = await auditKeys(broker)
  return verifyAuditExport(events, { hash: sha256, verify: isSigned, keys, ...check })
}

export const sha256 = (text: string): string => hash('sha256', text)

export const isSigned: VerifySignature = ({ x }, message, signature) => {
  const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' })
  return verify(null, message, key, signature)
}

/** The newest checkpoint, as somebody keeps it elsewhere. */
export async function newestCheckpoint({ broker }: TestBroker): Promise<Checkpoint | undefined> {
  return broker.context.store.integrity.newestCheckpoint(Number.MAX_SAFE_INTEGER)
}

export const someEvent: NewAuditEvent = {
  event_type: 'token_auth_failed',
  actor: 'anonymous',
  outcome: 'denied',
  detail: 'something was refused',
}

/** Puts so many events into the log at once. */
export async function writeEvents({ broker }: TestBroker, count: number): Promise<void> {
  await broker.context.store.audit.append(Array.from({ length: count }, () => someEvent))
}
