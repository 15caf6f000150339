/**
 * Whoever has a token to send: an `Agent`, a `Delegation`.
 *
 * @example
 * ```ts
 * import type { TokenSource } from '@agentwrit/client/mcp'
 *
 * const source: TokenSource = agent
 * ```
 */
export interface TokenSource {
  token(): string | Promise<string>
}

/**
 * The `AuthProvider` of an MCP client's transport.
 *
 * @example
 * ```ts
 * import { mcpAuthProvider, type McpAuthProvider } from '@agentwrit/client/mcp'
 *
 * const authProvider: McpAuthProvider = mcpAuthProvider(agent)
 * ```
 */
export interface McpAuthProvider {
  token(): Promise<string>
  onUnauthorized(): Promise<void>
}

/**
 * Sends the agent's token of the moment with every request of an MCP client. A request that was overtaken by a renewal is
 * refused with 401 and sent once more with the new token; a second 401 is the transport's `SdkHttpError`. After a release
 * the requests fail with the `AgentReleasedError` and are not sent.
 *
 * @example
 * ```ts
 * import { mcpAuthProvider } from '@agentwrit/client/mcp'
 * import { StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
 *
 * const url = new URL('https://records.internal/mcp')
 * const transport = new StreamableHTTPClientTransport(url, { authProvider: mcpAuthProvider(agent) })
 * ```
 */
export function mcpAuthProvider(source: TokenSource): McpAuthProvider {
  return {
    token: async () => source.token(),
    // The transport asks for the token again by itself.
    onUnauthorized: async () => {},
  }
}
