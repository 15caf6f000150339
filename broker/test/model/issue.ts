import { activeKey, nextName, type Session, type Token, type World } from './world.ts'

/** What a session is besides its tokens. */
export type Begun = Omit<Session, 'name' | 'startedAt' | 'lifetime' | 'current'>

export interface Wanted {
  readonly scope: readonly string[]
  /** Seconds. */
  readonly lifetime: number
}

/** A session begins with its first token; undefined when less than a second is left for it. */
export function beginSession(world: World, begun: Begun, wanted: Wanted): Token | undefined {
  const times = { startedAt: world.now, chain: begun.chain }
  const isRoot = begun.chain.length === 0
  const span = findSpan(world, times, { lifetime: wanted.lifetime, isRoot })
  if (span === undefined) return undefined
  const name = nextName('s', world.sessions)
  const lifetime = span.exp - span.iat
  // A session and its token name each other.
  const session = { ...begun, name, startedAt: world.now, lifetime } as Session
  world.sessions.push(session)
  return issue(world, session, { ...span, scope: wanted.scope })
}

/** The session's next token, with its first granted lifetime clamped again (contract 2.5). */
export function succeed(
  world: World,
  session: Session,
  scope: readonly string[],
): Token | undefined {
  const span = findSpan(world, session, { lifetime: session.lifetime, isRoot: false })
  if (span === undefined) return undefined
  session.current.renewedAt = world.now
  return issue(world, session, { ...span, scope })
}

function issue(world: World, session: Session, said: Pick<Token, 'scope' | 'iat' | 'exp'>): Token {
  const name = nextName('t', world.tokens)
  session.current = { ...said, name, session, key: activeKey(world), renewedAt: undefined }
  world.tokens.push(session.current)
  return session.current
}

/** Clamped to `AA_MAX_TTL`, to the session's end and to the delegator's token. */
function findSpan(
  { now, settings }: World,
  { startedAt, chain }: Pick<Session, 'startedAt' | 'chain'>,
  { lifetime, isRoot }: { readonly lifetime: number; readonly isRoot: boolean },
): Pick<Token, 'iat' | 'exp'> | undefined {
  const sessionEnd = startedAt + settings.maxSessionAge * 1000
  const delegatorEnd = (chain.at(-1)?.parent.current.exp ?? Infinity) * 1000
  const end = Math.floor(Math.min(sessionEnd, delegatorEnd) / 1000)
  const iat = Math.floor(now / 1000)
  const whole = iat + Math.min(lifetime, settings.maxTtl)
  const exp = Math.min(whole, end)
  // A session that nobody delegated may begin in its last second; nothing else that was cut short is worth less than one.
  const isCutShort = exp < whole && !isRoot
  return exp <= iat || (isCutShort && exp * 1000 - now < 1000) ? undefined : { iat, exp }
}
