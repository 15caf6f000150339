import assert from 'node:assert/strict'
import { once } from 'node:events'
import { request, type IncomingMessage } from 'node:http'
import { setImmediate as aTurnOfTheLoop } from 'node:timers/promises'
import { EventStreamReader, readRevocationEvent, RevocationFollower } from '@agentwrit/protocol'
import type { Chance } from '../faults/seeded-chance.ts'

/** Where to connect, and as whom; both change while the broker is restarted and bearers die. */
export interface Endpoint {
  readonly port: number
  readonly bearer: string
}

/** A follower with a bad line: cut off at any byte, paused, sent elsewhere; it always begins again where it was. */
export class CutFollower {
  readonly follower: RevocationFollower = new RevocationFollower()
  /** What has happened to it. */
  readonly seen = { connections: 0, cuts: 0, pauses: 0, snapshots: 0, resumed: 0, events: 0 }
  readonly #endpoint: () => Endpoint
  readonly #chance: Chance
  #isWanted = true
  /** Its line holds from now on. */
  isGood = false

  constructor(endpoint: () => Endpoint, chance: Chance) {
    this.#endpoint = endpoint
    this.#chance = chance
  }

  /** Until `stop`. Rejects when what comes cannot be followed. */
  async run(): Promise<void> {
    while (this.#isWanted) {
      await this.#connect()
      await aTurnOfTheLoop()
    }
  }

  stop(): void {
    this.#isWanted = false
  }

  async #connect(): Promise<void> {
    const { port, bearer } = this.#endpoint()
    const { lastEventId } = this.follower
    const resume = lastEventId === undefined ? {} : { 'last-event-id': lastEventId }
    const headers = { authorization: `Bearer ${bearer}`, ...resume }
    const path = '/v1/revocations/stream'
    const asked = request({ host: '127.0.0.1', port, path, headers, agent: false })
    asked.on('error', () => undefined)
    asked.end()
    const answer = await answerTo(asked)
    if (answer === undefined) return
    // A dead bearer and a broker that stops refuse; nothing else may.
    if (answer.statusCode !== 200) {
      assert.ok([401, 503].includes(answer.statusCode ?? 0), `status ${answer.statusCode}`)
      answer.destroy()
      return
    }
    this.seen.connections += 1
    if (lastEventId !== undefined) this.seen.resumed += 1
    await this.#read(answer)
  }

  async #read(answer: IncomingMessage): Promise<void> {
    const reader = new EventStreamReader()
    const decoder = new TextDecoder()
    let left = this.isGood ? Infinity : this.#lifetime()
    try {
      for await (const chunk of answer) {
        assert.ok(chunk instanceof Buffer)
        const bytes = chunk.subarray(0, left)
        left -= bytes.length
        for (const event of reader.read(decoder.decode(bytes, { stream: true }))) {
          this.seen.events += 1
          if (event.event === 'snapshot') this.seen.snapshots += 1
          const read = readRevocationEvent(event)
          assert.ok(read, `not readable: ${JSON.stringify(event)}`)
          assert.ok(this.follower.take(read), `not in order: ${JSON.stringify(event)}`)
        }
        if (left <= 0 || !this.#isWanted) break
        await this.#pause()
      }
      if (left <= 0) this.seen.cuts += 1
    } catch (error) {
      if (error instanceof assert.AssertionError) throw error
      // The connection broke: what of an event has come counts for nothing.
    }
  }

  /** Bytes: nearly always less than a snapshot has. */
  #lifetime(): number {
    const most = this.#chance() < 0.1 ? 200_000 : 4000
    return Math.floor(this.#chance() ** 2 * most)
  }

  async #pause(): Promise<void> {
    if (this.isGood || this.#chance() > 0.2) return
    this.seen.pauses += 1
    for (let turns = this.#chance() * 200; turns > 0; turns -= 1) await aTurnOfTheLoop()
  }
}

async function answerTo(asked: ReturnType<typeof request>): Promise<IncomingMessage | undefined> {
  try {
    const [answer]: IncomingMessage[] = await once(asked, 'response')
    return answer
  } catch {
    return undefined
  }
}
