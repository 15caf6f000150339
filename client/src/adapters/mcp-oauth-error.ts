/** What the MCP SDK reads of an `OAuthError` that it turns into an answer. */
export interface OAuthErrorLike extends Error {
  readonly code: string
  toResponseObject(): { readonly error: string; readonly error_description: string }
}

// The SDK tells its errors by a brand under a registered symbol, so that copies of it know each other's. Carrying the brand
// saves this package an import of the SDK at run time; should the SDK change it, its gates answer 500 instead of 401.
const brands = Symbol.for('mcp.sdk.errorBrands')

const descriptions = {
  invalid_token: 'The access token is not valid',
  server_error: 'The access token cannot be checked',
}

export function toOAuthError(code: keyof typeof descriptions): OAuthErrorLike {
  const description = descriptions[code]
  const error = Object.assign(new Error(description), {
    name: 'OAuthError',
    code,
    toResponseObject: () => ({ error: code, error_description: description }),
  })
  return Object.defineProperty(error, brands, { value: new Set(['mcp.OAuthError']) })
}
