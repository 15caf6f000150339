import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Guard } from '../../src/store/change.ts'
import { drawSeed } from '../faults/seeded-chance.ts'
import { kills } from './kills.ts'
import { raceRevocations, type RaceReport } from './revocation-races.ts'
import { withoutGuard } from './without-guard.ts'

test('of whatever is in flight while something is revoked, nothing survives that it covers', async () => {
  const seed = drawSeed()
  const report = await raceRevocations({ rounds: 250, seed })
  assert.deepEqual(report.survivors, [], `seed ${seed}`)
  // Else nothing has raced.
  assert.ok(report.issued > 250 && report.refused > 250, JSON.stringify(report))
})

/** By what a guard looks for; which kills let somebody survive without it. */
const protections: readonly { what: string; isLost: (guard: Guard) => boolean; kill: string }[] = [
  { what: 'entries about sessions', isLost: looksFor('token'), kill: 'token' },
  { what: 'releases', isLost: looksFor('token'), kill: 'release' },
  { what: 'entries about logins', isLost: looksFor('token'), kill: 'login of an app' },
  { what: 'entries about all logins', isLost: looksFor('token'), kill: 'all logins of an app' },
  { what: 'entries about agents', isLost: looksFor('agent'), kill: 'agent' },
  { what: 'entries about tasks', isLost: looksFor('task'), kill: 'task' },
  { what: 'entries about chains', isLost: looksFor('chain'), kill: 'chain' },
  { what: 'entries about apps', isLost: looksForApps, kill: 'deregistration' },
  { what: 'accepted keys', isLost: looksForKeys, kill: 'key emergency' },
]

for (const { what, isLost, kill } of protections) {
  test(`without the guards that look for ${what}, somebody survives (${kill})`, async () => {
    assert.ok(kill in kills)
    const races = { rounds: 20, seed: 1, only: [kill], isEnough: hasSurvivors }
    const { survivors } = await withoutGuard(isLost, () => raceRevocations(races))
    assert.notEqual(survivors.length, 0)
  })
}

function hasSurvivors({ survivors }: RaceReport): boolean {
  return survivors.length > 0
}

function looksFor(level: string): (guard: Guard) => boolean {
  return (guard) => 'none' in guard && guard.none === 'revocations' && guard.key.level === level
}

function looksForApps(guard: Guard): boolean {
  return looksFor('app')(guard) || ('some' in guard && guard.some === 'apps')
}

function looksForKeys(guard: Guard): boolean {
  return 'some' in guard && guard.some === 'signingKeys'
}
