import assert from 'node:assert/strict'
import { ask } from '../ask.ts'
import { decodeToken } from '../decode-token.ts'
import type { BrokerProcess } from './broker-process.ts'
import type { CrashedStore } from './crashed-store.ts'
import { isValid, prepare, renew, type Errand } from './errand.ts'

const atOnce = 32

/**
 * Asks a broker that was started again whether everything is as the answers of its predecessor said. Resolves to the
 * number of unanswered steps that had been kept.
 */
export async function checkErrands(
  broker: BrokerProcess,
  store: CrashedStore,
  ledger: readonly Errand[],
): Promise<number> {
  let kept = 0
  for (let start = 0; start < ledger.length; start += atOnce) {
    const checked = ledger
      .slice(start, start + atOnce)
      .map((errand) => checkErrand(broker, store, errand))
    kept += (await Promise.all(checked)).filter((isKept) => isKept).length
  }
  return kept
}

/** True if its unanswered step had been kept. */
async function checkErrand(
  broker: BrokerProcess,
  store: CrashedStore,
  errand: Errand,
): Promise<boolean> {
  if (errand.tokens.length > 0) return checkTokens(broker, store, errand)
  if (errand.launchToken !== undefined) return checkLaunchToken(broker, store, errand)
  return store.countLaunchTokens(errand.name) === 1
}

/** It registers one agent if it has not made one already, and never a second one. */
async function checkLaunchToken(
  broker: BrokerProcess,
  store: CrashedStore,
  { name, launchToken = '', registration, unanswered }: Errand,
): Promise<boolean> {
  const isSpent = store.countAgents(name) === 1
  if (unanswered !== 'registration') assert.equal(isSpent, false, `${name} was spent by nobody`)
  // The very request that may have been lost comes first: its nonce is spent together with the launch token.
  const first = registration ?? (await prepare(broker, launchToken, name))
  const second = await prepare(broker, launchToken, name)
  const statuses: number[] = []
  for (const body of [first, second]) {
    statuses.push((await ask(broker, 'POST', '/v1/register', { body })).status)
  }
  assert.deepEqual(statuses, isSpent ? [401, 401] : [200, 401], name)
  return isSpent
}

/** Superseded tokens are dead; the last one is as live as the answers and the store say. */
async function checkTokens(
  broker: BrokerProcess,
  store: CrashedStore,
  errand: Errand,
): Promise<boolean> {
  const { name, tokens, isReleased, unanswered } = errand
  const answers = await Promise.all(tokens.map((token) => isValid(broker, token)))
  const isLastValid = answers.pop() ?? false
  assert.ok(!answers.includes(true), `a superseded token of ${name} is valid`)
  assert.equal(
    isLastValid,
    store.isLive(decodeToken(tokens.at(-1) ?? '').jti),
    `${name} differs from the store`,
  )
  if (unanswered === undefined) assert.equal(isLastValid, !isReleased, `${name}: last token`)
  if (unanswered === 'renewal') await checkRepeat(broker, errand)
  return unanswered !== undefined && !isLastValid
}

/** A renewal whose answer was lost in the crash is asked for again, whether it had been kept or not. */
async function checkRepeat(
  broker: BrokerProcess,
  { name, tokens, renewalKey }: Errand,
): Promise<void> {
  const old = tokens.at(-1) ?? ''
  const successor = await renew(broker, old, renewalKey)
  assert.equal(await renew(broker, old, renewalKey), successor, `${name} has two successors`)
  assert.equal(await isValid(broker, successor), true, `the successor of ${name} is dead`)
  assert.equal(await isValid(broker, old), false, `a superseded token of ${name} is valid`)
}
