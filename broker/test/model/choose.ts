// How the numbers of an instruction choose. Small numbers mean the plain case, so that a failure shrinks to one.
import { isLive } from './liveness.ts'
import { isWithin } from './scopes.ts'
import type { SessionKind, Token, World } from './world.ts'

/** Few and overlapping, so that narrowing, covering and refusal all happen often. */
export const grantable: readonly string[] = [
  'read:data:*',
  'write:data:*',
  'read:mail:*',
  'read:data:1',
  'write:data:2',
]
const reserved: readonly string[] = ['admin:revoke:*', 'app:agents:*', 'app:launch-tokens:*']

export const tasks: readonly string[] = ['task1', 'task2', 'task3']

export function pick<Item>(list: readonly Item[], number: number): Item | undefined {
  return list[number % list.length]
}

/** Often all that is held, often a part of it, sometimes anything. */
export function chooseScope(held: readonly string[], number: number): readonly string[] {
  const [mode, mask] = [number % 10, Math.floor(number / 10)]
  if (mode < 4) return held
  if (mode < 8) return orElse(masked(within(held), mask), held)
  if (mode < 9) return orElse(masked(grantable, mask), held)
  return orElse(masked([...reserved, ...grantable], mask), held)
}

/** A ceiling is wide more often than not. */
export function chooseCeiling(number: number): readonly string[] {
  const missing = masked(grantable, Math.floor(number / 3))
  if (number % 3 === 0) return grantable
  if (number % 50 === 49) return [...grantable, ...reserved]
  return orElse(
    grantable.filter((scope) => !missing.includes(scope)),
    ['read:data:1'],
  )
}

export function chooseReach({ apps }: World, number: number): readonly string[] {
  const names = apps.map(({ name }) => name)
  if (number % 3 === 0) return ['*']
  return names.filter((_name, index) => (Math.floor(number / 3) >> index) % 2 === 1)
}

export function liveTokens(world: World, ...kinds: readonly SessionKind[]): Token[] {
  return world.tokens.filter((token) => kinds.includes(token.session.kind) && isLive(world, token))
}

function within(held: readonly string[]): readonly string[] {
  return [...held, ...grantable].filter(
    (scope, index, all) => isWithin([scope], held) && all.indexOf(scope) === index,
  )
}

function masked(list: readonly string[], mask: number): readonly string[] {
  return list.filter((_scope, index) => (mask >> index) % 2 === 1)
}

function orElse(list: readonly string[], otherwise: readonly string[]): readonly string[] {
  return list.length > 0 ? list : otherwise
}
