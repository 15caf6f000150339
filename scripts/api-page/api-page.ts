import { auditEventTypes, errorCodes } from '@agentwrit/protocol'
import { adminSecret } from '../../broker/test/test-broker.ts'
import { codesOf, routesOf, type RouteEntry } from './document.ts'
import { performExamples } from './perform-examples.ts'
import { introduction } from './introduction.ts'
import { showErrors } from './show-error.ts'
import { showRoute } from './show-route.ts'

/** docs/reference/api.md: the document that a broker serves, and what it answered to an example of everything. */
export async function apiPage(): Promise<string> {
  const { document, routes, errors } = await performExamples()
  const entries = routesOf(document)
  const shared = sharedCodes(entries)
  const parts = [
    introduction(document, shared),
    ...document.tags.flatMap(({ name }) => [
      `## ${name}`,
      ...entries
        .filter(({ operation }) => operation.tags.includes(name))
        .map((entry) => showRoute(entry, routes.get(entry.name), shared)),
    ]),
    showErrors(errors, entries),
    `## Event types\n\n${auditEventTypes.map((type) => `\`${type}\``).join(', ')}. What each stands for is told in section 5.2 of the [wire contract](wire-contract.md#5-audit).`,
  ]
  return requireNoSecret(`${parts.join('\n\n')}\n`)
}

/** Codes that every route can answer with; only the others are listed at each. */
function sharedCodes(entries: readonly RouteEntry[]): ReadonlySet<string> {
  const codes = entries.map(({ operation }) => codesOf(operation).flatMap(({ codes: own }) => own))
  return new Set(errorCodes.filter((code) => codes.every((own) => own.includes(code))))
}

function requireNoSecret(page: string): string {
  if (/eyJ[\w-]{8}/.test(page) || page.includes(adminSecret)) {
    throw new Error('a token or secret would stand on the API page')
  }
  return page
}
