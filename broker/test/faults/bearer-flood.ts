// Bad bearers from thousands of addresses: what is left of them in the store, and whether it is the truth.
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import type { AuditEvent, AuditEventList, VerifyAuditResponse } from '@agentwrit/protocol'
import { ask } from '../ask.ts'
import { kidsOf } from '../signing-keys.ts'
import { adminSecret } from '../test-broker.ts'
import {
  brokerFiles,
  startBrokerProcess,
  type BrokerFiles,
  type BrokerProcess,
} from './broker-process.ts'
import { signIn } from './errand.ts'
import { flood, type Statuses } from './flood.ts'
import { manyAddresses } from './crowd-of-streams.ts'

export interface BearerFloodReport {
  readonly requests: number
  readonly addresses: number
  readonly statuses: Statuses
  readonly seconds: number
  /** What the audit log holds of it. */
  readonly events: number
  readonly addressesNamed: number
  /** Refusals that those events stand for. */
  readonly refusalsTold: number
  readonly firstAt: string
  readonly lastAt: string
  readonly verified: boolean
}

/** As an auditor reads it after the next start, so that nothing of it was in memory alone. */
export async function bearerFlood(requests: number, addresses: number): Promise<BearerFloodReport> {
  await using files = await brokerFiles()
  const { statuses, seconds } = await floodAndStop(files, { requests, addresses })
  await using broker = await startBrokerProcess(files)
  const bearer = await signIn(broker, adminSecret)
  const events = await readRefusals(broker, bearer)
  const checked = await ask(broker, 'GET', '/v1/audit/verify', { bearer })
  const { ok }: Partial<VerifyAuditResponse> = checked.body
  return {
    requests,
    addresses,
    statuses,
    seconds,
    events: events.length,
    addressesNamed: new Set(events.map(({ source_ip: address }) => address)).size,
    refusalsTold: events.reduce((sum, { repeat_count: count = 1 }) => sum + count, 0),
    firstAt: events[0]?.timestamp ?? '',
    lastAt: events.at(-1)?.timestamp ?? '',
    verified: ok === true,
  }
}

async function floodAndStop(
  files: BrokerFiles,
  { requests, addresses }: { readonly requests: number; readonly addresses: number },
) {
  await using broker = await startBrokerProcess(files, { environment: manyAddresses })
  const kid = await publishedKid(broker)
  const startedAt = performance.now()
  const statuses = await flood({
    url: broker.url,
    requests,
    request: (index) => knock(index % 2 === 0 ? garbage() : forged(kid), index % addresses),
  })
  const seconds = (performance.now() - startedAt) / 1000
  assert.equal(await broker.stop(), 0)
  return { statuses, seconds }
}

function knock(bearer: string, address: number): string {
  const from = `10.0.${address >> 8}.${address & 255}`
  const headers = `authorization: Bearer ${bearer}\r\nx-forwarded-for: ${from}\r\n`
  return `GET /v1/agents HTTP/1.1\r\nhost: broker.test\r\n${headers}\r\n`
}

const garbage = (): string => randomBytes(24).toString('base64url')

/** Well formed in everything, under a key of the broker, so that its signature has to be looked at. */
function forged(kid: string): string {
  const header = encode({ alg: 'EdDSA', typ: 'JWT', kid })
  const now = Math.floor(Date.now() / 1000)
  const [jti, sid] = [randomBytes(16).toString('hex'), randomBytes(16).toString('hex')]
  const scope = ['admin:agents:*']
  const times = { iat: now, nbf: now, exp: now + 300 }
  const claims = encode({ iss: '', sub: 'admin', jti, sid, scope, ...times })
  return `${header}.${claims}.${randomBytes(64).toString('base64url')}`
}

function encode(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url')
}

async function publishedKid(broker: BrokerProcess): Promise<string> {
  const { body } = await ask(broker, 'GET', '/.well-known/jwks.json')
  const [kid = ''] = kidsOf(body['keys'])
  return kid
}

async function readRefusals(broker: BrokerProcess, bearer: string): Promise<AuditEvent[]> {
  const found: AuditEvent[] = []
  for (let cursor = ''; ;) {
    const path = `/v1/audit/events?event_type=token_auth_failed&limit=1000${cursor}`
    const { status, body } = await ask(broker, 'GET', path, { bearer })
    assert.equal(status, 200)
    const { events = [], next_cursor: next }: Partial<AuditEventList> = body
    found.push(...events)
    if (next === undefined) return found
    cursor = `&cursor=${next}`
  }
}
