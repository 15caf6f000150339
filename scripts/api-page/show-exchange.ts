import { abridge } from './abridge.ts'
import type { Exchange } from './exchange.ts'
import { layOut } from './lay-out.ts'
import { withoutSecrets } from './without-secrets.ts'

/** The headers that differ from answer to answer; what every answer has is told once, on top of the page. */
const shownHeaders: ReadonlyMap<string, string> = new Map([
  ['content-type', 'Content-Type'],
  ['allow', 'Allow'],
  ['www-authenticate', 'WWW-Authenticate'],
  ['retry-after', 'Retry-After'],
  ['warning', 'Warning'],
  ['vary', 'Vary'],
])

/** A command and its answer, in two blocks. */
export function showExchange({ command, answer }: Exchange): string {
  const { status, reason, headers, body } = answer
  const fields = [...shownHeaders].flatMap(([name, title]) => {
    const value = headers[name]
    return value === undefined ? [] : [`${title}: ${value}`]
  })
  if (headers['cache-control'] !== 'no-store')
    fields.push(`Cache-Control: ${headers['cache-control']}`)
  const shown = showBody(body, headers['content-type'] ?? '')
  const text = [`HTTP/1.1 ${status} ${reason}`, ...fields, ...(shown === '' ? [] : ['', shown])]
  return `\`\`\`sh\n${command}\n\`\`\`\n\n\`\`\`http\n${text.join('\n')}\n\`\`\``
}

function showBody(body: string, type: string): string {
  if (type.includes('json')) return layOut(abridge(withoutSecrets(JSON.parse(body))))
  return body.trimEnd()
}
