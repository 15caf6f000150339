import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { mcpAuthProvider } from '@agentwrit/client/mcp'
import type { TokenSource } from '@agentwrit/client/mcp'
import type { RecordAnswer } from './conformance.ts'
import { ask } from './raw-request.ts'

/** The client of the MCP SDK, over sockets, with a view of what is sent and answered. */
export interface McpClient extends AsyncDisposable {
  readonly client: Client
  /** Statuses of what was posted, in order. */
  readonly statuses: readonly number[]
  /** From now on these headers are sent, whatever the client would send. */
  present(authorization: readonly string[]): void
  readRecord(id: string): Promise<RecordAnswer>
}

export async function connectMcp(url: string, source: TokenSource): Promise<McpClient> {
  const statuses: number[] = []
  let presented: readonly string[] | undefined
  let last = new Response()
  const send: typeof fetch = async (input, init) => {
    const request = new Request(input, init)
    const own = request.headers.get('authorization')
    request.headers.delete('authorization')
    const authorization = presented ?? (own === null ? [] : [own])
    const answer = await ask({
      method: request.method,
      url: request.url,
      headers: [
        ...request.headers,
        ...authorization.map((value) => ['authorization', value]),
      ].flat(),
      body: await request.text(),
    })
    if (request.method !== 'POST') return answer
    statuses.push(answer.status)
    last = answer.clone()
    return answer
  }
  const client = new Client({ name: 'agent', version: '1.0.0' })
  const authProvider = mcpAuthProvider(source)
  await client.connect(
    new StreamableHTTPClientTransport(new URL(url), { authProvider, fetch: send }),
  )
  return {
    client,
    statuses,
    present: (authorization) => (presented = authorization),
    async readRecord(id) {
      try {
        const body = await client.callTool({ name: 'read_record', arguments: { id } })
        return { status: last.status, headers: last.headers, body }
      } catch (cause) {
        if (last.ok) throw cause
        return { status: last.status, headers: last.headers, body: await last.json() }
      }
    },
    [Symbol.asyncDispose]: () => client.close(),
  }
}
