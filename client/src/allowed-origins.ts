import type { AgentOptions } from './agent-options.ts'
import { OriginDeniedError } from './errors.ts'
import { requireList } from './require-list.ts'

/**
 * The origins that may be sent a token, each exactly. Throws a TypeError for what is no origin, and for plain http beyond
 * the loopback interface unless that is allowed.
 */
export function requireOrigins({
  allowedOrigins = [],
  dangerouslyAllowHttp = false,
}: AgentOptions): ReadonlySet<string> {
  return new Set(
    requireList(allowedOrigins, 'allowedOrigins').map((text, index) => {
      const url = parseUrl(text)
      const member = `allowedOrigins[${index}]`
      if (url === undefined || !isBare(url))
        throw new TypeError(`${member} must be an origin such as https://records.internal`)
      if (url.protocol === 'http:' && !isLoopback(url) && !dangerouslyAllowHttp)
        throw new TypeError(`${member} must be https: whoever is on the way reads the token`)
      return url.origin
    }),
  )
}

/** The URL to be fetched, parsed once and for all. Throws an `OriginDeniedError` unless the token may go there. */
export function requireAllowed(text: string, origins: ReadonlySet<string>): URL {
  const url = parseUrl(text)
  if (url === undefined) throw new OriginDeniedError('the URL is not an absolute one')
  if (!isWeb(url)) throw new OriginDeniedError('the URL must begin with http:// or https://')
  if (hasUser(url)) throw new OriginDeniedError('the URL must hold no user and no password')
  if (origins.has(url.origin)) return url
  const cure = 'name it in the option allowedOrigins of the app or the agent'
  throw new OriginDeniedError(`this origin may not receive the token: ${cure}`, url.origin)
}

export function parseUrl(text: string, base?: URL): URL | undefined {
  return URL.canParse(text, base?.href) ? new URL(text, base) : undefined
}

// By the protocol: the origin of a blob's URL is that of the page that made it.
function isWeb({ protocol }: URL): boolean {
  return protocol === 'https:' || protocol === 'http:'
}

function hasUser({ username, password }: URL): boolean {
  return username !== '' || password !== ''
}

function isBare(url: URL): boolean {
  return isWeb(url) && !hasUser(url) && url.href === `${url.origin}/`
}

function isLoopback({ hostname }: URL): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d{1,3}){3}$/.test(hostname)
}
