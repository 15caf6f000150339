import type { Verifier } from '../verifier/verification.ts'
import { readBearer } from './bearer.ts'
import { toGate } from './gate.ts'
import type { Refused } from './gate.ts'
import { toAuthInfo } from './mcp-verifier.ts'
import type { McpAuthInfo } from './mcp-verifier.ts'
import { toRefusalAnswer } from './refusal-answer.ts'

/**
 * What a gate says of a request: who it is, or the answer to send. Told apart by `ok`: a `Response` is not an instance of
 * the class that this module knows in every runtime.
 *
 * @example
 * ```ts
 * import type { McpAdmission } from '@agentwrit/client/mcp'
 *
 * const statusOf = (admission: McpAdmission) => (admission.ok ? 200 : admission.response.status)
 * ```
 */
export type McpAdmission =
  | { readonly ok: true; readonly authInfo: McpAuthInfo }
  | { readonly ok: false; readonly response: Response }

/**
 * A gate in front of an MCP server.
 *
 * @example
 * ```ts
 * import { requireToken, type McpGate } from '@agentwrit/client/mcp'
 *
 * const gate: McpGate = requireToken(verifier)
 * ```
 */
export type McpGate = (request: Request) => Promise<McpAdmission>

/**
 * A gate for web-standard requests (Hono, Workers, Deno, Bun): lets a request with a live token through to the MCP server,
 * whose tools then ask for their scopes (`requireToolScope`). The response to anything else is a 401, or a 503 when the
 * token cannot be checked, as a problem document (RFC 9457) with the challenge of RFC 6750.
 *
 * @example
 * ```ts
 * import { requireToken } from '@agentwrit/client/mcp'
 * import { createMcpHandler, McpServer } from '@modelcontextprotocol/server'
 *
 * const gate = requireToken(verifier)
 * const records = createMcpHandler(() => new McpServer({ name: 'records', version: '1.0.0' }))
 *
 * async function serve(request: Request): Promise<Response> {
 *   const admission = await gate(request)
 *   if (!admission.ok) return admission.response
 *   return records.fetch(request, { authInfo: admission.authInfo })
 * }
 * ```
 */
export function requireToken(verifier: Verifier): McpGate {
  const gate = toGate<Request>(verifier)
  return async (request) => {
    const result = await gate(readBearer(request.headers.get('authorization')), request)
    return result.ok
      ? { ok: true, authInfo: toAuthInfo(result.token, result.auth) }
      : { ok: false, response: toResponse(result) }
  }
}

function toResponse(refused: Refused): Response {
  const { status, headers, problem } = toRefusalAnswer(refused)
  return new Response(JSON.stringify(problem), { status, headers })
}
