import { layOut, widest } from './lay-out.ts'
import { withoutSecrets } from './without-secrets.ts'

interface Request {
  readonly method: string
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: object | undefined
  /** Shell variable that holds the bearer token. */
  readonly variable: string | undefined
  /** Whether the answer goes on until somebody has heard enough. */
  readonly isStream?: boolean
}

/** The request as somebody would type it; what is secret in it is a placeholder. */
export function toCommand({ method, path, headers, body, variable, isStream }: Request): string {
  const usual = body === undefined ? 'GET' : 'POST'
  const parts = [
    [
      'curl',
      ...(isStream === true ? ['-N'] : []),
      ...(method === usual ? [] : [`-X ${method}`]),
      `"$BROKER${path}"`,
    ].join(' '),
    ...(variable === undefined ? [] : [`-H "Authorization: Bearer $${variable}"`]),
    ...Object.entries(headers).map(([name, value]) => `-H '${name}: ${value}'`),
    ...(body === undefined ? [] : [`-d '${layOut(withoutSecrets(body))}'`]),
  ]
  const line = parts.join(' ')
  const [first = ''] = line.split('\n')
  return first.length <= widest ? line : parts.join(' \\\n  ')
}
