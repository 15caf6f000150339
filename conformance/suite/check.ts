/**
 * The checklist of the wire contract (section 11), as data: a check is one line of it, and a line has
 * parts. Law: a part that could not run is never counted as passed; it says what it would need.
 */
import type { Broker } from '../wire/broker.ts'

/** One line of the checklist. */
export interface Check {
  /** Its number there; 0 is what holds for all lines together. */
  readonly line: number
  readonly title: string
  readonly parts: readonly Part[]
}

export interface Part {
  readonly title: string
  /** What a run must offer; without anything, every run can. */
  readonly needs?: readonly Need[]
  /** Resolves when the broker conforms. Absent: cannot be seen from outside. */
  readonly run?: (broker: Broker) => Promise<void>
}

/** What a part can need: the first ones can be offered by options, nobody offers the rest. */
export type Need = Offer | keyof typeof outOfReach

export type Offer = keyof typeof offers

/** How each of them is worded after "needs". */
export const offers = {
  tls: 'TLS: an https:// URL',
  comparison: 'the comparison that --no-openapi leaves out',
  time: 'time: --slow',
  permission: 'permission to disturb other users: --destructive',
  signingKey: 'the signing key file: --signing-key-file',
} as const

export const outOfReach = {
  twoBrokers: 'two brokers on one database',
  firstKey: 'a broker that still signs with the key of --signing-key-file',
  restart: 'a restart',
  files: "the broker's files",
  fault: 'a fault inside the broker',
  addresses: 'thousands of client addresses',
  settings: 'a broker started with other settings',
  rfc8037: 'a broker on the key of RFC 8037',
  imported: 'a broker that imported the key of RFC 8037',
  longLog: 'an audit log of more than 100 000 events',
  python: 'Python and the SDK 0.3',
} as const

export function wordNeed(need: Need): string {
  const words: Readonly<Record<Need, string>> = { ...offers, ...outOfReach }
  return words[need]
}

/** Thrown by a part that finds, while it runs, that it needs more than the run has. */
export class OutOfReach extends Error {
  override readonly name = 'OutOfReach'
  readonly need: Need

  constructor(need: Need) {
    super(wordNeed(need))
    this.need = need
  }
}
