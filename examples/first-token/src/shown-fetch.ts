import { answered, sent } from './screen.ts'
import { shorten, shortenJson } from './shorten.ts'

/** A `fetch` that shows each request and its answer; the client package takes it in place of its own. */
export function shownFetch(): typeof fetch {
  return async (input, init) => {
    const request = new Request(input, init)
    const body = shortenJson(await request.clone().text())
    const bearer = request.headers.get('authorization')?.replace(/^Bearer /, '')
    const presented = bearer === undefined ? '' : `   Authorization: Bearer ${shorten(bearer)}`
    sent(`${request.method} ${new URL(request.url).pathname}${presented}`, body || undefined)
    const begin = performance.now()
    const response = await fetch(request)
    const text = await response.clone().text()
    answered(response.status, Math.round(performance.now() - begin), shortenJson(text) || undefined)
    return response
  }
}
