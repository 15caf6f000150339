// A small reference model of the broker, written from the contract alone (wire-contract.md 2.5 to 2.9, 3.2, 3.3, 4.2 to
// 4.26) and naive on purpose: plain lists, searched from end to end. It shares no line with the broker. Everything has a
// name of its own (`t7`, `s3`); a driver knows which real token, session or entry carries it.
export interface Settings {
  /** Seconds, all of them. */
  readonly maxTtl: number
  readonly maxSessionAge: number
  readonly adminTtl: number
  readonly appTtl: number
}

export interface World {
  readonly settings: Settings
  /** Milliseconds since the epoch. */
  now: number
  readonly apps: App[]
  readonly agents: Agent[]
  readonly launchTokens: LaunchToken[]
  readonly sessions: Session[]
  /** Every token ever issued, oldest first. */
  readonly tokens: Token[]
  readonly entries: Entry[]
  /** The last one that is active signs. */
  readonly keys: Key[]
  /** Attempts to sign in, by whom: a broker bounds their rate. */
  readonly attempts: Attempt[]
}

export interface Attempt {
  readonly sub: string
  /** Milliseconds. */
  readonly at: number
}

export interface App {
  readonly name: string
  ceiling: readonly string[]
  delegatesTo: readonly string[]
  isActive: boolean
}

export interface Agent {
  readonly name: string
  /** Absent: launched by the admin. */
  readonly app: App | undefined
  readonly task: string
  /** Begun by its registration. */
  readonly session: Session
}

export interface LaunchToken {
  readonly name: string
  readonly scope: readonly string[]
  readonly maxTtl: number
  readonly isSingleUse: boolean
  readonly task: string | undefined
  readonly creator: Session
  /** Milliseconds. */
  readonly expiresAt: number
  isUsed: boolean
}

export type SessionKind = 'admin' | 'app' | 'agent' | 'delegated'

export interface Session {
  readonly name: string
  readonly kind: SessionKind
  /** `admin`, `app:<name>` or the name of an agent. */
  readonly sub: string
  readonly app: App | undefined
  /** The login that made the subject's launch token. */
  readonly launcher: Session | undefined
  readonly task: string | undefined
  /** Of a delegated session: where it comes from, oldest first. */
  readonly chain: readonly Link[]
  /** Milliseconds. */
  readonly startedAt: number
  /** First granted lifetime, seconds. */
  readonly lifetime: number
  current: Token
}

/** A record of a delegation chain. */
export interface Link {
  readonly agent: string
  readonly app: App | undefined
  readonly launcher: Session | undefined
  readonly parent: Session
  /** Name of the delegated session. */
  readonly session: string
  readonly key: Key
}

export interface Token {
  readonly name: string
  readonly session: Session
  readonly scope: readonly string[]
  /** Seconds, both. */
  readonly iat: number
  readonly exp: number
  readonly key: Key
  /** Milliseconds. */
  renewedAt: number | undefined
}

export type Level = 'token' | 'agent' | 'task' | 'chain' | 'app'

export interface Entry {
  readonly name: string
  readonly level: Level
  /** As it was asked for. */
  readonly target: string
  /** Of level `token`; absent when nobody ever held such a token. */
  readonly session: Session | undefined
  readonly isRelease: boolean
  /** One of several that end the sessions of an app or of the admin. */
  readonly isOfPrincipal: boolean
  /** Whether the answer named it, so that it can be asked for. */
  readonly isAnswered: boolean
  /** Live tokens that it killed; undefined where no answer has told. */
  killed: number | undefined
  /** Seconds. */
  liftedAt: number | undefined
}

export interface Key {
  readonly name: string
  status: 'active' | 'retiring' | 'compromised'
}

/** A world before anybody has signed in. */
export function newWorld(settings: Settings, now: number): World {
  return {
    settings,
    now,
    apps: [],
    agents: [],
    launchTokens: [],
    sessions: [],
    tokens: [],
    entries: [],
    keys: [{ name: 'k1', status: 'active' }],
    attempts: [],
  }
}

/** The next free name in a list. */
export function nextName(letter: string, list: readonly unknown[]): string {
  return `${letter}${list.length + 1}`
}

export function addEntry(
  { entries }: World,
  made: Pick<Entry, 'level' | 'target'> & Partial<Entry>,
): Entry {
  const entry: Entry = {
    session: undefined,
    isRelease: false,
    isOfPrincipal: false,
    isAnswered: false,
    killed: undefined,
    liftedAt: undefined,
    ...made,
    name: nextName('e', entries),
  }
  entries.push(entry)
  return entry
}

export function findToken({ tokens }: World, name: string): Token {
  return findNamed(tokens, name)
}

export function findApp({ apps }: World, name: string): App {
  return findNamed(apps, name)
}

/** The one of this name; a name that nothing carries is a mistake of the test itself. */
export function findNamed<Named extends { readonly name: string }>(
  list: readonly Named[],
  name: string,
): Named {
  const found = list.find((each) => each.name === name)
  if (found === undefined) throw new Error(`nothing is named ${name}`)
  return found
}

export function activeKey({ keys }: World): Key {
  const key = keys.findLast(({ status }) => status === 'active')
  if (key === undefined) throw new Error('no key is active')
  return key
}
