import { type ErrorCode, errorCodes } from '@agentwrit/protocol'
import { statusOf } from '../../broker/src/http/errors/problem.ts'
import { codesOf, type RouteEntry } from './document.ts'
import { errorExamples } from './error-examples.ts'
import type { Exchange } from './exchange.ts'
import { showExchange } from './show-exchange.ts'

/** The section of all error codes. */
export function showErrors(
  exchanges: ReadonlyMap<ErrorCode, Exchange>,
  entries: readonly RouteEntry[],
): string {
  const sections = errorCodes.map((code) => {
    const exchange = exchanges.get(code)
    if (exchange === undefined) throw new Error(`${code} was not performed`)
    return [
      `<a id="${code}"></a>\n\n### ${statusOf(code)} ${code}`,
      `${errorExamples[code].story} ${whereOf(code, entries)}`,
      showExchange(exchange),
    ].join('\n\n')
  })
  return [introduction, ...sections].join('\n\n')
}

const introduction = `<a id="errors"></a>

## Error codes

Every error is a problem document (RFC 9457). Branch on \`error_code\`, which is the last part of \`type\` too; \`detail\` is for
people and may change. What to do next is in [troubleshooting](../guide/troubleshooting.md#by-error-code).`

function whereOf(code: ErrorCode, entries: readonly RouteEntry[]): string {
  const routes = entries.filter(({ operation }) =>
    codesOf(operation).some(({ codes }) => codes.includes(code)),
  )
  if (routes.length === entries.length) return 'Any route can answer so.'
  if (routes.length === 0 || routes.length > 8) return ''
  const links = routes.map(({ name, operation }) => `[${name}](#${operation.operationId})`)
  return `Only from ${links.join(', ')}.`
}
