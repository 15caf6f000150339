import assert from 'node:assert/strict'
import { createHash, generateKeyPairSync, sign } from 'node:crypto'
import { createServer } from 'node:http'
import type { IncomingHttpHeaders, ServerResponse } from 'node:http'
import { formatServerSentEvent, keyIdInput, unsignedToken } from '@agentwrit/protocol'
import type { Claims, PublishedKey, PublishedRevocation } from '@agentwrit/protocol'
import { listen } from '../listen.ts'
import type { Listening } from '../listen.ts'
import type { Reply } from '../local-server.ts'

/** What a test says on one connection of the stream. */
export interface Connection {
  readonly headers: IncomingHttpHeaders
  /** As it is. */
  send(bytes: string | Uint8Array): void
  event(event: string, data: object): void
  /** A whole snapshot and that it is fresh. */
  begin(members?: {
    readonly seq?: number
    readonly entries?: readonly PublishedRevocation[]
  }): void
  fresh(seq: number, asOf: number): void
  end(): void
  breakOff(): void
}

export interface StreamServer extends Listening {
  readonly key: SigningKey
  /** What the routes beside the stream answer; a change counts at once. Without `keys`, whoever asks for them waits. */
  readonly replies: { keys: Reply | undefined; signIn: Reply; stream: Reply | undefined }
  readonly asked: string[]
  /** The next connection of the stream that somebody makes, or has made. */
  connection(): Promise<Connection>
  /** On all connections, the stream among them. */
  hangUp(): void
  token(change?: Partial<Claims>): string
}

export const epoch = '0123456789abcdef'

/** A server on the loopback interface that speaks as a broker, as far as a verifier asks, and says what a test wants. */
export async function streamServer(now: () => number): Promise<StreamServer> {
  const key = signingKey()
  const replies: StreamServer['replies'] = {
    keys: { body: { keys: [key.published] } },
    signIn: { body: { access_token: 'a-token', expires_in: 1_800, scopes: [] } },
    stream: undefined,
  }
  const asked: string[] = []
  const made: Connection[] = []
  let isMade: (() => void) | undefined
  const server = createServer(({ url = '', headers }, outgoing) => {
    asked.push(url)
    if (url === '/.well-known/jwks.json') return replies.keys && answer(outgoing, replies.keys)
    if (url === '/v1/app/auth') return answer(outgoing, replies.signIn)
    if (url === '/v1/token/release') return answer(outgoing, { status: 204, body: '' })
    if (replies.stream !== undefined) return answer(outgoing, replies.stream)
    outgoing.writeHead(200, { 'content-type': 'text/event-stream' })
    outgoing.write('retry: 2000\n\n')
    made.push(connectionOn(outgoing, headers, now))
    isMade?.()
  })
  return {
    ...(await listen(server)),
    key,
    replies,
    asked,
    async connection() {
      while (made.length === 0) await new Promise<void>((resolve) => void (isMade = resolve))
      const [next] = made.splice(0, 1)
      assert.ok(next)
      return next
    },
    hangUp: () => server.closeAllConnections(),
    token: (change = {}) => key.token({ ...claimsAt(now()), ...change }),
  }
}

function answer(outgoing: ServerResponse, { status = 200, headers = {}, body }: Reply): void {
  outgoing.writeHead(status, headers)
  outgoing.end(typeof body === 'string' ? body : JSON.stringify(body))
}

function connectionOn(
  outgoing: ServerResponse,
  headers: IncomingHttpHeaders,
  now: () => number,
): Connection {
  const event = (name: string, data: object) =>
    void outgoing.write(formatServerSentEvent({ event: name, data: JSON.stringify(data) }))
  const fresh = (seq: number, asOf: number) =>
    event('fresh', { seq, epoch, as_of: new Date(asOf).toISOString() })
  return {
    headers,
    send: (bytes) => void outgoing.write(bytes),
    event,
    fresh,
    begin({ seq = 0, entries = [] } = {}) {
      event('snapshot', { seq, epoch, not_before: 0, at: 0, part: 1, parts: 1, entries })
      fresh(seq, now())
    },
    end: () => void outgoing.end(),
    breakOff: () => void outgoing.destroy(),
  }
}

export interface SigningKey {
  readonly published: PublishedKey
  sign(bytes: Uint8Array): Uint8Array
  token(claims: Claims): string
}

export function signingKey(): SigningKey {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519')
  const { x = '' } = publicKey.export({ format: 'jwk' })
  const kid = createHash('sha256').update(keyIdInput(x)).digest('base64url')
  return {
    published: { kty: 'OKP', crv: 'Ed25519', x, kid, alg: 'EdDSA', use: 'sig' },
    sign: (bytes) => sign(null, bytes, privateKey),
    token(claims) {
      const input = unsignedToken(claims, kid)
      return `${input}.${sign(null, Buffer.from(input), privateKey).toString('base64url')}`
    },
  }
}

function claimsAt(now: number): Claims {
  const iat = Math.floor(now / 1000)
  return {
    iss: '',
    sub: 'spiffe://agentwrit.local/agent/o/t/0011223344556677',
    exp: iat + 300,
    nbf: iat,
    iat,
    jti: 'a'.repeat(32),
    sid: 'b'.repeat(32),
    scope: ['read:data:*'],
    task_id: 't',
    orch_id: 'o',
  }
}
