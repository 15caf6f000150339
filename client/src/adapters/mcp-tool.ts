import type { Verifier } from '../verifier/verification.ts'
import { rememberAdmitted } from './admitted.ts'
import { toGate } from './gate.ts'
import type { Gate, Refused } from './gate.ts'
import { presentedIn } from './mcp-tool-context.ts'
import type { ToolContext } from './mcp-tool-context.ts'
import { toRefusalText, toScopeTokens } from './refusal-answer.ts'
import { toReadScopes } from './scope-of.ts'
import type { ScopeOf } from './scope-of.ts'

/**
 * What a refused tool answers: the model reads why.
 *
 * @example
 * ```ts
 * import type { ToolRefusal } from '@agentwrit/client/mcp'
 *
 * const textOf = ({ content }: ToolRefusal) => content.map(({ text }) => text).join('\n')
 * ```
 */
export interface ToolRefusal {
  [member: string]: unknown
  content: { type: 'text'; text: string }[]
  isError: true
}

/**
 * What the MCP SDK hands to a `scopeChallenge`.
 *
 * @example
 * ```ts
 * import type { ChallengedCall } from '@agentwrit/client/mcp'
 *
 * const nameOf = ({ request }: ChallengedCall) => request.params?.['name']
 * ```
 */
export interface ChallengedCall {
  readonly request: { readonly params?: { readonly [member: string]: unknown } | undefined }
  readonly authInfo?: { readonly token: string }
}

/**
 * A tool behind its gate. As `scopeChallenge` of the tool, beside the tool itself, the challenge answers a token that is too
 * narrow with 403 (the client throws `InsufficientScopeError`) instead of with a result.
 *
 * @example
 * ```ts
 * import { requireToolScope, type GuardedTool, type ToolContext } from '@agentwrit/client/mcp'
 * import { McpServer } from '@modelcontextprotocol/server'
 * import { z } from 'zod'
 *
 * const read: GuardedTool<{ id: string }, ToolContext, { content: [] }> = requireToolScope(
 *   verifier,
 *   ({ id }) => scope`read:records:${id}`,
 *   () => ({ content: [] }),
 * )
 * const server = new McpServer({ name: 'records', version: '1.0.0' })
 * const inputSchema = z.object({ id: z.string() })
 * server.registerTool('read_record', { inputSchema, scopeChallenge: read.scopeChallenge }, read)
 * ```
 */
export interface GuardedTool<Arguments, Context extends ToolContext, Result> {
  (asked: Arguments, context: Context): Promise<Result | ToolRefusal>
  readonly scopeChallenge: (call: ChallengedCall) => Promise<ScopeChallenge | undefined>
}

interface ScopeChallenge {
  readonly scopes: readonly [string, ...string[]]
}

/**
 * The handler of an MCP tool, run only if the token of the request is alive (asked again: a tool may be entered long after
 * its gate) and covers the scope that these arguments need. Anything else is a result with `isError`, which names the code
 * and the scope; so is a request without a gate, and one whose `Authorization` is not the one bearer that was verified. A
 * tool without arguments declares an empty `inputSchema`. A scope that is the same for all calls but is none is a `TypeError`.
 *
 * @example
 * ```ts
 * import { agentOf, requireToolScope } from '@agentwrit/client/mcp'
 * import { McpServer } from '@modelcontextprotocol/server'
 * import { z } from 'zod'
 *
 * const server = new McpServer({ name: 'records', version: '1.0.0' })
 * server.registerTool(
 *   'read_record',
 *   { inputSchema: z.object({ id: z.string() }) },
 *   requireToolScope(
 *     verifier,
 *     ({ id }) => scope`read:records:${id}`,
 *     ({ id }, context) => ({
 *       content: [{ type: 'text', text: `${agentOf(context).subject} reads ${id}` }],
 *     }),
 *   ),
 * )
 * ```
 */
export function requireToolScope<Arguments, Context extends ToolContext, Result>(
  verifier: Verifier,
  scopeOf: ScopeOf<Arguments>,
  handler: (asked: Arguments, context: Context) => Result | Promise<Result>,
): GuardedTool<Arguments, Context, Result> {
  const gate = toGate(verifier, toReadScopes(scopeOf))
  const tool = async (asked: Arguments, context: Context): Promise<Result | ToolRefusal> => {
    const result = await gate(presentedIn(context), asked)
    if (!result.ok) return toToolRefusal(result)
    rememberAdmitted(context, result.auth)
    return handler(asked, context)
  }
  return Object.assign(tool, { scopeChallenge: toScopeChallenge(gate) })
}

function toToolRefusal(refused: Refused): ToolRefusal {
  return { content: [{ type: 'text', text: toRefusalText(refused) }], isError: true }
}

/** Says nothing but "too narrow": whatever else is wrong, the tool itself refuses. */
function toScopeChallenge<Arguments>(
  gate: Gate<Arguments>,
): GuardedTool<Arguments, ToolContext, unknown>['scopeChallenge'] {
  return async ({ request, authInfo }) => {
    // oxlint-disable-next-line no-unsafe-type-assertion -- not validated yet: what the gate makes of it is a refusal at worst
    const asked = request.params?.['arguments'] as Arguments
    const result = await gate(presentedIn({ http: { authInfo } }), asked)
    if (result.ok) return undefined
    const [first, ...others] = toScopeTokens(result)
    return first === undefined ? undefined : { scopes: [first, ...others] }
  }
}
