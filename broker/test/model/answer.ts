import type { ErrorCode } from '@agentwrit/protocol'
import type { Agent, App, Entry, Key, LaunchToken, Token } from './world.ts'

/** What the model says that the broker will answer. */
export type Answer = Refused | Done

export interface Refused {
  readonly refused: ErrorCode
}

export interface Done {
  readonly refused?: undefined
  readonly token?: Token
  readonly app?: App
  readonly agent?: Agent
  readonly launchToken?: LaunchToken
  readonly key?: Key
  readonly entry?: Entry
  /** Live tokens that died of a revocation just now. */
  readonly killed?: readonly Token[]
  /** Those that died of its entry, perhaps at an earlier time. */
  readonly count?: number | undefined
}

export const done: Done = {}

export function refuse(code: ErrorCode): Refused {
  return { refused: code }
}
