import type { FastifyInstance } from 'fastify'

/** A `fetch` that asks the application in this process: everything but sockets is real. */
export function injectFetch(app: () => FastifyInstance): typeof fetch {
  return async (input, init) => {
    const request = new Request(input, init)
    const { pathname, search } = new URL(request.url)
    const payload = request.body === null ? undefined : Buffer.from(await request.arrayBuffer())
    const answer = await app().inject({
      method: request.method as 'GET',
      url: pathname + search,
      headers: Object.fromEntries(request.headers),
      ...(payload === undefined ? {} : { payload }),
    })
    const hasBody = answer.statusCode !== 204 && request.method !== 'HEAD'
    return new Response(hasBody ? new Uint8Array(answer.rawPayload) : null, {
      status: answer.statusCode,
      headers: toHeaders(answer.headers),
    })
  }
}

function toHeaders(headers: Record<string, string | number | string[] | undefined>): Headers {
  const result = new Headers()
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) result.set(name, String(value))
  }
  return result
}
