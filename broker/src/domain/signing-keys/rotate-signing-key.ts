import { formatDetail, type RotateKeyRequest, type RotateKeyResponse } from '@agentwrit/protocol'
import type { NewAuditEvent } from '../audit/audit-event.ts'
import { withOrigin } from '../audit/with-origin.ts'
import type { Context } from '../context.ts'
import { Fault, keyChanged } from '../fault.ts'
import type { Caller } from '../identity/caller.ts'
import { presentedBy } from '../identity/presented-by.ts'
import { longestLife } from '../tokens/longest-life.ts'
import { requireKept } from '../tokens/require-kept.ts'
import { requireStillLive } from '../tokens/require-still-live.ts'
import { toWholeSeconds } from '../whole-seconds.ts'
import type { KeyRotation, SigningKey, SigningKeyChange } from './signing-key.ts'

/**
 * A new key signs (contract 4.26). The previous one is accepted until nothing alive rests on it; in an emergency not a
 * moment longer, and for good. Of operators who rotate the same key at once one succeeds.
 */
export async function rotateSigningKey(
  context: Context,
  caller: Caller,
  asked: RotateKeyRequest,
): Promise<RotateKeyResponse> {
  const rows = await context.store.signingKeys.all()
  // Whatever is answered about the keys is already true of this broker.
  context.live.signingKeys.take(rows)
  const active = requireActive(rows)
  const previous = findPrevious(rows, active, asked)
  // An emergency is repeated, perhaps because its answer was lost.
  if (previous.status === 'compromised') {
    requireStillLive(context, caller)
    return toAnswer(active, previous)
  }
  const isEmergency = asked.emergency === true
  const rotation = await makeRotation(context, { active, previous, isEmergency })
  const { made = active } = rotation
  const outcome = await context.store.signingKeys.rotate(rotation, presentedBy(caller), [
    rotated(caller, made, rotation),
  ])
  if (!outcome.kept && outcome.guard === 'key_changed') {
    if (!isEmergency) throw keyChanged()
    // The key that was active when the emergency was asked for, not the one that has just replaced it. A key's status
    // only rises, so this ends.
    return rotateSigningKey(context, caller, { emergency: true, kid: previous.kid })
  }
  requireKept(context, outcome, caller)
  context.live.signingKeys.take([rotation.previous.after, made])
  return toAnswer(made, rotation.previous.after)
}

function requireActive(rows: readonly SigningKey[]): SigningKey {
  const active = rows.find(({ status }) => status === 'active')
  if (active === undefined) throw new Error('the store holds no active signing key')
  return active
}

function findPrevious(
  rows: readonly SigningKey[],
  active: SigningKey,
  { emergency = false, kid }: RotateKeyRequest,
): SigningKey {
  if (kid === undefined) return active
  if (!emergency) throw new Fault('invalid_request', 'kid: only an emergency names a key')
  const named = rows.find((row) => row.kid === kid)
  if (named === undefined) throw new Fault('not_found', 'no signing key has this kid')
  return named
}

interface Wanted {
  readonly active: SigningKey
  readonly previous: SigningKey
  readonly isEmergency: boolean
}

async function makeRotation(
  context: Context,
  { active, previous, isEmergency }: Wanted,
): Promise<KeyRotation> {
  const { keys, clock, store } = context
  const at = Math.max(clock(), store.lastTime())
  const change: SigningKeyChange = isEmergency
    ? { status: 'compromised', retiredAt: previous.retiredAt ?? at }
    : { status: 'retiring', retiresAt: await lastUse(context, previous, at) }
  const rotation = { previous: { before: previous, after: keys.reseal(previous, change) } }
  if (previous !== active) return { ...rotation, isEmergency }
  // Later than every other key, whatever the clock says: keys are told apart by age.
  const made = keys.makeSigningKey(Math.max(at, active.createdAt + 1))
  return { ...rotation, made, isEmergency }
}

/** When the last token that the key has signed can be alive, in whole seconds, rounded up. */
async function lastUse(
  { config, store }: Context,
  { importedAt }: SigningKey,
  at: number,
): Promise<number> {
  const last = Math.max(
    at + config.maxSessionAge * 1000,
    // Sessions may have begun under a longer age than today's.
    await store.signingKeys.lastSessionEnd(at),
    importedAt === undefined ? 0 : importedAt + longestLife * 1000,
  )
  return Math.ceil(last / 1000) * 1000
}

function rotated(
  { claims, origin }: Caller,
  { kid }: SigningKey,
  { previous, isEmergency }: KeyRotation,
): NewAuditEvent {
  return withOrigin(origin, {
    event_type: 'signing_key_rotated',
    actor: claims.sub,
    outcome: 'success',
    jti: claims.jti,
    detail: formatDetail('signing key rotated', {
      kid,
      previous_kid: previous.before.kid,
      emergency: String(isEmergency),
    }),
  })
}

function toAnswer({ kid }: SigningKey, previous: SigningKey): RotateKeyResponse {
  const { retiredAt, retiresAt, createdAt } = previous
  return {
    kid,
    previous_kid: previous.kid,
    previous_retires_at: toWholeSeconds(retiredAt ?? retiresAt ?? createdAt),
  }
}
