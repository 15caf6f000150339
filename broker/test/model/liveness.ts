// Which token is live, and which entry matches what (contract 2.4, 2.7, 2.9).
import type { Entry, LaunchToken, Level, Link, Session, Token, World } from './world.ts'

/** What a token says of where it comes from, issued or about to be. */
export interface Lineage {
  readonly session: string
  readonly sub: string
  readonly app: string | undefined
  readonly launcher: string | undefined
  readonly task: string | undefined
  readonly chain: readonly Link[]
}

export function isLive(world: World, token: Token): boolean {
  return isUsable(world, token) && isCurrent(token) && !isRevoked(world, token)
}

/** Unexpired, and everything that was signed is still believed. */
export function isUsable({ now }: World, { exp, key, session }: Token): boolean {
  const isBelieved = [key, ...session.chain.map((link) => link.key)].every(
    ({ status }) => status !== 'compromised',
  )
  return now < exp * 1000 && isBelieved
}

export function isCurrent(token: Token): boolean {
  return token.session.current === token
}

export function isRevoked(world: World, token: Token): boolean {
  return world.entries.some((entry) => kills(world, entry, token))
}

/** By something else than the release of a session. */
export function isRevokedForCause(world: World, token: Token): boolean {
  return world.entries.some((entry) => !entry.isRelease && kills(world, entry, token))
}

export function isSessionLive(world: World, { current }: Session): boolean {
  return isLive(world, current)
}

/** A lifted entry still kills what was issued before. */
function kills(world: World, entry: Entry, { session, iat }: Token): boolean {
  if (!matches(entry, lineageOf(session))) return false
  return isInForce(world, entry) || iat < (entry.liftedAt ?? Infinity)
}

export function isInForce({ now }: World, { liftedAt }: Entry): boolean {
  return liftedAt === undefined || now < liftedAt * 1000
}

export function lineageOf({ name, sub, app, launcher, task, chain }: Session): Lineage {
  return { session: name, sub, app: app?.name, launcher: launcher?.name, task, chain }
}

export function matches(entry: Entry, token: Lineage): boolean {
  return matchers[entry.level](entry, token)
}

/** The table of contract 2.7. */
const matchers: Readonly<Record<Level, (entry: Entry, token: Lineage) => boolean>> = {
  token({ session, isRelease }, token) {
    if (session === undefined) return false
    const line = [token.session, ...token.chain.flatMap((link) => [link.parent.name, link.session])]
    const launchers = [token.launcher, ...token.chain.map((link) => link.launcher?.name)]
    return line.includes(session.name) || (!isRelease && launchers.includes(session.name))
  },
  agent: ({ target }, { sub, chain }) =>
    sub === target || chain.some(({ agent }) => agent === target),
  task: ({ target }, { task }) => task === target,
  chain: ({ target }, { sub, chain }) => (chain[0]?.agent ?? sub) === target,
  app: ({ target }, { app, sub, chain }) =>
    app === target || sub === `app:${target}` || chain.some((link) => link.app?.name === target),
}

/** A launch token dies with its app and with a revocation, not the release, of the session that made it. */
export function isLaunchTokenGood({ now, entries }: World, launch: LaunchToken): boolean {
  const { creator, expiresAt, isSingleUse, isUsed } = launch
  const isDead = entries.some(
    ({ level, session, isRelease }) => level === 'token' && session === creator && !isRelease,
  )
  const isAppGone = creator.app !== undefined && !creator.app.isActive
  return now < expiresAt && !(isSingleUse && isUsed) && !isDead && !isAppGone
}
