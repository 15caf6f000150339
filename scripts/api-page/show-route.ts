import { codesOf, type RouteEntry, successOf } from './document.ts'
import type { Exchange } from './exchange.ts'
import { membersTable, parametersTable } from './members-table.ts'
import { showExchange } from './show-exchange.ts'

/** The section of one route. */
export function showRoute(
  { name, operation }: RouteEntry,
  exchange: Exchange | undefined,
  shared: ReadonlySet<string>,
): string {
  if (exchange === undefined) throw new Error(`${name} was not performed`)
  const { operationId, summary, description, parameters, requestBody } = operation
  const body = requestBody?.content['application/json']?.schema
  const isOptional = requestBody?.required === false
  return [
    `<a id="${operationId}"></a>\n\n### ${name}`,
    `${summary}. ${description}`,
    ...(parameters === undefined ? [] : [parametersTable(parameters)]),
    ...(body === undefined
      ? []
      : [`Body${isOptional ? ', which may be missing' : ''}:`, membersTable(body)]),
    ...answerOf(operation),
    errorsLine(operation, shared),
    showExchange(exchange),
  ].join('\n\n')
}

function answerOf(operation: RouteEntry['operation']): string[] {
  const { status, type, schema } = successOf(operation)
  if (schema === undefined) return [`Answer: ${status}, without a body.`]
  const table = schema.type === 'string' ? '' : membersTable(schema)
  const line = table === '' ? `Answer: ${status}, \`${type}\`.` : `Answer, ${status}:`
  return [line, ...(table === '' ? [] : [table])]
}

function errorsLine(operation: RouteEntry['operation'], shared: ReadonlySet<string>): string {
  const own = codesOf(operation).flatMap(({ status, codes }) =>
    codes.filter((code) => !shared.has(code)).map((code) => `[${code}](#${code}) ${status}`),
  )
  return own.length === 0
    ? 'Errors: [those of every route](#errors).'
    : `Errors: ${own.join(', ')}; and [those of every route](#errors).`
}
