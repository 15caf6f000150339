// What can be asked of a broker, and of the model: everything by the model's names.
import type { Level } from './world.ts'

export type Operation =
  | SignInAdmin
  | SignInApp
  | RegisterApp
  | ChangeApp
  | DeregisterApp
  | CreateLaunchToken
  | Register
  | Renew
  | Delegate
  | Release
  | Revoke
  | Lift
  | RotateKey
  | Wait
  | Restart

/** Each operation by its name. */
export type Asks = { readonly [Each in Operation as Each['ask']]: Each }

export interface SignInAdmin {
  readonly ask: 'sign in admin'
}

export interface SignInApp {
  readonly ask: 'sign in app'
  readonly app: string
}

export interface RegisterApp {
  readonly ask: 'register app'
  readonly bearer: string
  readonly ceiling: readonly string[]
}

export interface ChangeApp {
  readonly ask: 'change app'
  readonly bearer: string
  readonly app: string
  readonly ceiling?: readonly string[]
  readonly delegatesTo?: readonly string[]
}

export interface DeregisterApp {
  readonly ask: 'deregister app'
  readonly bearer: string
  readonly app: string
}

export interface CreateLaunchToken {
  readonly ask: 'create launch token'
  readonly bearer: string
  readonly scope: readonly string[]
  /** Seconds, both. */
  readonly maxTtl: number
  readonly ttl: number
  readonly isSingleUse: boolean
  readonly task?: string
}

export interface Register {
  readonly ask: 'register'
  readonly launchToken: string
  readonly task: string
  readonly scope: readonly string[]
}

export interface Renew {
  readonly ask: 'renew'
  readonly bearer: string
  /** Absent: as it is. */
  readonly scope?: readonly string[]
}

export interface Delegate {
  readonly ask: 'delegate'
  readonly bearer: string
  /** Name of an agent, or of none. */
  readonly to: string
  readonly scope: readonly string[]
  readonly ttl?: number
}

export interface Release {
  readonly ask: 'release'
  readonly bearer: string
}

export interface Revoke {
  readonly ask: 'revoke'
  readonly bearer: string
  readonly level: Exclude<Level, 'app'>
  /** Name of a token, agent or task, `app:<name>` or `admin`; or of nothing. */
  readonly target: string
}

export interface Lift {
  readonly ask: 'lift'
  readonly bearer: string
  readonly entry: string
}

export interface RotateKey {
  readonly ask: 'rotate key'
  readonly bearer: string
  readonly isEmergency: boolean
  /** Without one, the active key. */
  readonly key?: string
}

export interface Wait {
  readonly ask: 'wait'
  readonly milliseconds: number
}

/** The broker is closed and opened again. */
export interface Restart {
  readonly ask: 'restart'
}
