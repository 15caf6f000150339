import { errorCodes } from '@agentwrit/protocol'
import { statusOf } from '../../broker/src/http/errors/problem.ts'
import { type Document, routesOf } from './document.ts'

/** What holds for all routes, and where each of them is. */
export function introduction(document: Document, shared: ReadonlySet<string>): string {
  return `# The HTTP API

Every route of the broker with an example, and every error code with the request that brings it about. The page is made
from the document that a broker serves under \`GET /v1/openapi.json\`; the examples were sent to a real broker
(\`npm run docs\`), and the tests send them again and compare. Why the rules are as they are is in the
[wire contract](wire-contract.md).

Jump to ${jumps(document)}.

## All routes

${document.tags.map(({ name }) => groupTable(document, name)).join('\n\n')}

| Error code | Status |
| --- | --- |
${errorCodes.map((code) => `| [${code}](#${code}) | ${statusOf(code)} |`).join('\n')}

## How to read this page

- In the examples \`$BROKER\` is the address of the broker, \`$OPERATOR\`, \`$APP\`, \`$LEAD\` and \`$SEARCH\` are tokens: of the operator,
  of the app \`sales\`, and of two agents that it has started. Where curl would not do, bytes go to the broker’s port as they are. Secrets, tokens and signatures are replaced by \`…\` or \`<…>\`.
- JSON is laid out here to be read; the broker sends it on one line. In the tables \`?\` marks what may be absent,
  \`a.b\` a member inside a member, \`a[].b\` one inside each object of a list.
- All durations are seconds. Times are RFC 3339 in UTC. Text that is stored or signed holds no control characters.
- Unknown members and query parameters are ignored, and named in the header \`Warning\`.
- Every answer has \`X-Request-ID\` (a client may send its own), \`X-Content-Type-Options: nosniff\`, \`X-Frame-Options: DENY\` and
  \`Cache-Control: no-store\`; where the broker itself ends TLS also \`Strict-Transport-Security\`. The examples leave them out.
- A 401 of a route that takes a token has \`WWW-Authenticate\`, and so has \`insufficient_scope\`. 429 and 503 have \`Retry-After\`.
- Every GET route answers HEAD too.
- Any route can answer ${[...shared].map((code) => `[${code}](#${code})`).join(', ')}; each lists the others.`
}

function jumps({ tags }: Document): string {
  const groups = tags.map(({ name }) => `[${name}](#${slug(name)})`)
  return [
    '[how to read this page](#how-to-read-this-page)',
    ...groups,
    '[error codes](#errors)',
  ].join(' · ')
}

function groupTable(document: Document, group: string): string {
  const rows = routesOf(document)
    .filter(({ operation }) => operation.tags.includes(group))
    .map(
      ({ name, operation: { operationId, summary } }) =>
        `| [${name}](#${operationId}) | ${summary} |`,
    )
  return [`| ${group} | |`, '| --- | --- |', ...rows].join('\n')
}

/** As GitHub makes anchors of headings. */
function slug(heading: string): string {
  return heading
    .toLowerCase()
    .replaceAll(/[^\w\s-]/g, '')
    .replaceAll(' ', '-')
}
