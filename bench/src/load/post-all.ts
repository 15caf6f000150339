import { post, type Connection } from './connection.ts'
import type { TokenLoad } from './main.ts'
import { shareWork } from './share-work.ts'

export async function postAll({ tokens, times, path, ...where }: TokenLoad): Promise<number> {
  const requests = tokens.map((token) => post(path, { token }))
  return shareWork(where, repeat(requests, times), ask)
}

/** A server that refuses would be quick: nothing but a good answer counts. */
async function ask(connection: Connection, request: Buffer): Promise<void> {
  const { status, body } = await connection.send(request)
  if (status !== 200 || body.startsWith('{"valid":false')) {
    throw new Error(`a good token got status ${status}: ${body.slice(0, 200)}`)
  }
}

function* repeat<Item>(items: readonly Item[], times: number): Generator<Item, void, undefined> {
  for (let time = 0; time < times; time += 1) yield* items
}
