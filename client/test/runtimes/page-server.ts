import { randomUUID } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { createServer, request, type IncomingMessage, type ServerResponse } from 'node:http'
import { join } from 'node:path'
import { listen, type Listening } from '../listen.ts'

/** From the first part of a path to the broker that is meant. */
export type Brokers = Readonly<Record<string, string>>

const library = (name: string) => `/node_modules/@agentwrit/${name}/dist/index.js`
const importMap = JSON.stringify({
  imports: { '@agentwrit/client': library('client'), '@agentwrit/protocol': library('protocol') },
})

/**
 * One origin for a page and its brokers, which allow no other: serves an empty page and the modules of the folder, and
 * passes on what is asked under the names of `brokers`. The page may connect to `elsewhere` too.
 */
export async function servePage(
  folder: string,
  brokers: Brokers,
  elsewhere: readonly string[],
): Promise<Listening> {
  const server = createServer((incoming, outgoing) => {
    const path = new URL(incoming.url ?? '/', 'http://page').pathname
    const [, name = '', ...rest] = path.split('/')
    const broker = brokers[name]
    if (broker !== undefined) passOn(incoming, outgoing, new URL(`/${rest.join('/')}`, broker))
    else if (path === '/') sendPage(outgoing, elsewhere)
    else void sendModule(outgoing, join(folder, path))
  })
  return listen(server)
}

function sendPage(outgoing: ServerResponse, elsewhere: readonly string[]): void {
  const nonce = randomUUID()
  const policy = [
    "default-src 'none'",
    `script-src 'self' 'nonce-${nonce}'`,
    `connect-src 'self' ${elsewhere.join(' ')}`,
    'img-src data:',
  ]
  outgoing.setHeader('content-type', 'text/html')
  outgoing.setHeader('content-security-policy', policy.join('; '))
  outgoing.end(
    `<!doctype html><title>Agents</title><link rel="icon" href="data:,">` +
      `<script type="importmap" nonce="${nonce}">${importMap}</script>`,
  )
}

async function sendModule(outgoing: ServerResponse, file: string): Promise<void> {
  const source = await readFile(file).catch(() => undefined)
  if (source === undefined) outgoing.statusCode = 404
  outgoing.setHeader('content-type', 'text/javascript')
  outgoing.end(source)
}

function passOn(incoming: IncomingMessage, outgoing: ServerResponse, url: URL): void {
  const { method, headers } = incoming
  const asked = request(url, { method, headers, agent: false }, (answer) => {
    outgoing.writeHead(answer.statusCode ?? 502, answer.headers)
    answer.pipe(outgoing)
    answer.on('error', () => outgoing.destroy())
  })
  // An answer that is lost behind is lost before.
  asked.on('error', () => outgoing.destroy())
  incoming.pipe(asked)
}
