import { readBearer } from './bearer.ts'
import type { Presented } from './bearer.ts'

/**
 * What a gate needs of the context that the MCP SDK hands to a tool.
 *
 * @example
 * ```ts
 * import type { ToolContext } from '@agentwrit/client/mcp'
 *
 * const isOverHttp = ({ http }: ToolContext) => http !== undefined
 * ```
 */
export interface ToolContext {
  readonly http?:
    | {
        readonly authInfo?: { readonly token: string } | undefined
        readonly req?: { readonly headers: Headers } | undefined
      }
    | undefined
}

/**
 * The token that the SDK's gate has verified; none for a tool without `inputSchema`, which the SDK hands no context in this
 * place. When the request is at hand, it must hold that bearer and no other: the SDK's gates take the first of several.
 */
export function presentedIn({ http }: ToolContext = {}): Presented {
  const { authInfo, req: request } = http ?? {}
  if (authInfo === undefined) return { reason: 'missing_token' }
  const verified = readBearer(`Bearer ${authInfo.token}`)
  if (request === undefined) return verified
  const sent = readBearer(request.headers.get('authorization'))
  return 'token' in sent && sent.token === authInfo.token ? verified : { reason: 'invalid_token' }
}
