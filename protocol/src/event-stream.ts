/**
 * Server-sent events as text (https://html.spec.whatwg.org/multipage/server-sent-events.html). Law: an event counts once
 * the empty line behind it has come, so whoever is cut off in the middle of one has not had it.
 */

/** One event of a stream. */
export interface ServerSentEvent {
  readonly event: string
  readonly data: string
  readonly id?: string
}

/** Characters of one event that has not come to its end. */
const longestEvent = 4 * 1024 * 1024

/**
 * The event as it is sent. No member may hold a line break; JSON has none.
 *
 * @example
 * ```ts
 * formatServerSentEvent({ event: 'fresh', id: '1', data: '{}' }) // 'event: fresh\nid: 1\ndata: {}\n\n'
 * ```
 */
export function formatServerSentEvent({ event, id, data }: ServerSentEvent): string {
  return `event: ${event}\n${id === undefined ? '' : `id: ${id}\n`}data: ${data}\n\n`
}

/**
 * Puts events together from text in pieces of any size. Comments and `retry` are passed over.
 *
 * @example
 * ```ts
 * const reader = new EventStreamReader()
 * reader.read('event: fresh\ndata: {}\n') // []
 * reader.read('\n') // [{ event: 'fresh', data: '{}' }]
 * ```
 */
export class EventStreamReader {
  #rest = ''
  #event = ''
  #data: string[] = []
  #id: string | undefined

  /** The events that this piece completes. Throws a RangeError when an event is longer than 4 MiB. */
  read(text: string): ServerSentEvent[] {
    const lines = (this.#rest + text).split('\n')
    this.#rest = lines.pop() ?? ''
    const events = lines.map((line) => this.#readLine(line.replace(/\r$/, '')))
    // A line that holds nothing takes its place, too.
    const open = this.#data.reduce((sum, { length }) => sum + length + 1, this.#rest.length)
    if (open > longestEvent) throw new RangeError('an event is too long')
    return events.filter((event) => event !== undefined)
  }

  #readLine(line: string): ServerSentEvent | undefined {
    if (line === '') return this.#complete()
    const [, name = '', value = ''] = /^([^:]*)(?:: ?(.*))?$/s.exec(line) ?? []
    if (name === 'event') this.#event = value
    else if (name === 'data') this.#data.push(value)
    else if (name === 'id') this.#id = value
    return undefined
  }

  #complete(): ServerSentEvent | undefined {
    const [event, data, id] = [this.#event, this.#data, this.#id]
    this.#event = ''
    this.#data = []
    this.#id = undefined
    if (data.length === 0) return undefined
    const named = { event: event === '' ? 'message' : event, data: data.join('\n') }
    return id === undefined ? named : { ...named, id }
  }
}
