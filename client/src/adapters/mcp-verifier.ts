import type { VerifiedToken, Verifier } from '../verifier/verification.ts'
import { readBearer } from './bearer.ts'
import { toGate } from './gate.ts'
import { codeOf } from './refusal-answer.ts'
import { toOAuthError } from './mcp-oauth-error.ts'

/**
 * The `AuthInfo` of the MCP SDK, as a gate of this package fills it.
 *
 * @example
 * ```ts
 * import type { McpAuthInfo } from '@agentwrit/client/mcp'
 *
 * const subjectOf = ({ extra }: McpAuthInfo) => extra.agent.subject
 * ```
 */
export interface McpAuthInfo {
  token: string
  /** The app that started the agent; of any other token, its subject. */
  clientId: string
  /** For display. Compare with `requireToolScope`: the SDK's own comparison knows no `*`. */
  scopes: string[]
  /** `exp`, in seconds since 1970. */
  expiresAt: number
  /** The audience, when it is an http(s) URL (RFC 8707). */
  resource?: URL
  extra: { readonly agent: VerifiedToken }
}

/**
 * The `OAuthTokenVerifier` of the MCP SDK.
 *
 * @example
 * ```ts
 * import { mcpVerifier, type McpTokenVerifier } from '@agentwrit/client/mcp'
 *
 * const tokens: McpTokenVerifier = mcpVerifier(verifier)
 * ```
 */
export interface McpTokenVerifier {
  verifyAccessToken(token: string): Promise<McpAuthInfo>
}

/**
 * A verifier for the MCP SDK's own gates (`requireBearerAuth`). A refused token is an `OAuthError` with `invalid_token`,
 * which they answer with 401; when tokens cannot be checked it is `server_error`, which they answer with 500. They take the
 * first of several `Authorization` headers. In Express, `requireToken` of `/express` in front of them answers more exactly;
 * where there is a `Request`, the `requireToken` of this module takes their place.
 *
 * @example
 * ```ts
 * import { requireToken } from '@agentwrit/client/express'
 * import { mcpVerifier } from '@agentwrit/client/mcp'
 * import { requireBearerAuth } from '@modelcontextprotocol/express'
 * import express from 'express'
 *
 * const gates = [requireToken(verifier), requireBearerAuth({ verifier: mcpVerifier(verifier) })]
 * express().use('/mcp', ...gates)
 * ```
 */
export function mcpVerifier(verifier: Verifier): McpTokenVerifier {
  const gate = toGate(verifier)
  return {
    async verifyAccessToken(token) {
      const result = await gate(readBearer(`Bearer ${token}`), token)
      if (result.ok) return toAuthInfo(token, result.auth)
      throw toOAuthError(codeOf(result) === 'unauthorized' ? 'invalid_token' : 'server_error')
    },
  }
}

export function toAuthInfo(token: string, agent: VerifiedToken): McpAuthInfo {
  const { claims, subject, scope } = agent
  const resource = claims.aud?.map(toHttpUrl).find((url) => url !== undefined)
  return {
    token,
    clientId: claims.app_id ?? subject,
    scopes: [...scope],
    expiresAt: claims.exp,
    ...(resource === undefined ? {} : { resource }),
    extra: { agent },
  }
}

function toHttpUrl(audience: string): URL | undefined {
  return /^https?:/.test(audience) && URL.canParse(audience) ? new URL(audience) : undefined
}
