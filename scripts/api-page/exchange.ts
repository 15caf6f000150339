import { once } from 'node:events'
import { type IncomingMessage, request } from 'node:http'

/** What a reader could type, and what a real broker answered to just that. */
export interface Exchange {
  readonly command: string
  readonly answer: Answer
}

export interface Answer {
  readonly status: number
  readonly reason: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

export interface Asked {
  readonly method: string
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string
  /** Of a stream: reads to the end of the first event with this name, and asks no further. */
  readonly until?: string
  /** Of a stream: what happens once it is open. */
  readonly meanwhile?: () => Promise<unknown>
}

/** One request over a connection of its own. */
export async function exchange(port: number, asked: Asked): Promise<Answer> {
  const { method, path, headers, body } = asked
  const sent = request({ host: '127.0.0.1', port, method, path, headers, agent: false })
  sent.end(body)
  const [received]: IncomingMessage[] = await once(sent, 'response')
  if (received === undefined) throw new Error(`${method} ${path} was not answered`)
  await asked.meanwhile?.()
  const text = await readText(received, asked.until)
  sent.destroy()
  return {
    status: received.statusCode ?? 0,
    reason: received.statusMessage ?? '',
    headers: toTexts(received.headers),
    body: text,
  }
}

async function readText(received: IncomingMessage, until: string | undefined): Promise<string> {
  let text = ''
  for await (const part of received.setEncoding('utf8')) {
    text += String(part)
    const end = until === undefined ? -1 : endOfEvent(text, until)
    if (end > 0) return text.slice(0, end)
  }
  return text
}

/** Behind the blank line that closes the event, or -1. */
function endOfEvent(text: string, name: string): number {
  const begin = text.indexOf(`event: ${name}\n`)
  const end = begin < 0 ? -1 : text.indexOf('\n\n', begin)
  return end < 0 ? -1 : end + 1
}

function toTexts(headers: IncomingMessage['headers']): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]))
}
