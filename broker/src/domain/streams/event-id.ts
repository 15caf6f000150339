import { Fault } from '../fault.ts'

/** Where a follower of a stream stands (contract 1.9). */
export interface EventId {
  readonly epoch: string
  readonly seq: number
}

export function formatEventId({ epoch, seq }: EventId): string {
  return `${epoch}.${seq}`
}

/** The value of the header `Last-Event-ID`. */
export function requireEventId(header: string | string[] | undefined): EventId | undefined {
  if (header === undefined) return undefined
  const [, epoch, digits] = /^([0-9a-f]{16})\.(0|[1-9][0-9]{0,15})$/.exec(String(header)) ?? []
  const seq = Number(digits)
  if (epoch === undefined || !Number.isSafeInteger(seq)) {
    throw new Fault('invalid_request', 'Last-Event-ID must be the id of an event of this stream')
  }
  return { epoch, seq }
}
