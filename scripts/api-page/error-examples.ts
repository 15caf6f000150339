import type { ErrorCode } from '@agentwrit/protocol'
import { route } from '../../broker/src/http/route.ts'
import { allRoutes } from '../../broker/src/http/routes/index.ts'
import { listeningApp } from '../../broker/test/http/app-for-test.ts'
import { head, onlyAnswer, portOf, rawClient } from '../../broker/test/http/raw-client.ts'
import { exchange, type Exchange } from './exchange.ts'
import type { Example, Stage } from './stage.ts'

interface ErrorExample {
  /** What was done, and what the code stands for. */
  readonly story: string
  readonly show: Example
}

/** One for each code: what really has to happen for a broker to answer with it. */
export const errorExamples: Readonly<Record<ErrorCode, ErrorExample>> = {
  invalid_request: {
    story:
      'The request itself is wrong: a member is missing, of the wrong type or out of bounds. `detail` names it. Nothing was used up; correct it and send it again.',
    show: async (stage) => {
      const body = { agent_name: 'archive', allowed_scope: ['read:sales:2026-10'], ttl: 7200 }
      const by = await stage.operator()
      return stage.ask('POST', '/v1/admin/launch-tokens', { by, body })
    },
  },
  invalid_ttl: {
    story: '`token_ttl` of an app lies outside 60..86400 seconds.',
    show: async (stage) => {
      const body = { name: 'reports', scopes: ['read:sales:*'], token_ttl: 5 }
      return stage.ask('POST', '/v1/admin/apps', { by: await stage.operator(), body })
    },
  },
  unauthorized: {
    story:
      'No credential, or one that does not count (any more): wrong, expired, replaced, released, revoked. The answer is the same for all of them; the audit trail knows the reason. Here the token has just been released.',
    show: async (stage) => {
      const { lead } = await stage.cast()
      await stage.get('POST', '/v1/token/release', { by: lead })
      return stage.ask('POST', '/v1/token/renew', { by: lead })
    },
  },
  forbidden: {
    story:
      'The credential is good, but this is not for its holder. Here an app asks for a launch token beyond its ceiling.',
    show: async (stage) => {
      const { app } = await stage.cast()
      const body = { agent_name: 'archive', allowed_scope: ['write:sales:2026-10'] }
      return stage.ask('POST', '/v1/app/launch-tokens', { by: app, body })
    },
  },
  insufficient_scope: {
    story: 'The token lacks the scope of the route. Here an agent wants to read the audit trail.',
    show: async (stage) => {
      const { lead } = await stage.cast()
      return stage.ask('GET', '/v1/audit/events', { by: lead })
    },
  },
  scope_violation: {
    story:
      'More authority was asked for than there is to give: in a registration, renewal or delegation, or a sixth hop of one. Here an agent delegates what it does not hold.',
    show: async (stage) => {
      const { lead, search } = await stage.cast()
      const body = { delegate_to: search.id, scope: ['write:sales:2026-10'] }
      return stage.ask('POST', '/v1/delegate', { by: lead, body })
    },
  },
  not_found: {
    story:
      'There is no such path, or no such thing, or it is not yours: those look alike. Here nobody was registered under the id.',
    show: async (stage) => {
      const { lead } = await stage.cast()
      const unknown = 'spiffe://agentwrit.local/agent/sales/october/0011223344556677'
      const body = { delegate_to: unknown, scope: ['read:sales:2026-10'] }
      return stage.ask('POST', '/v1/delegate', { by: lead, body })
    },
  },
  method_not_allowed: {
    story: 'The path has other methods; `Allow` names them.',
    show: (stage) => stage.ask('DELETE', '/v1/health'),
  },
  conflict: {
    story:
      'It is not possible as things stand: a name is taken, a delegate not active, an entry cannot be lifted, an idempotency key belongs to another request. Here a second app wants the name of the first.',
    show: async (stage) => {
      const { operator } = await stage.cast()
      const body = { name: 'sales', scopes: ['read:sales:*'] }
      return stage.ask('POST', '/v1/admin/apps', { by: operator, body })
    },
  },
  request_timeout: {
    story:
      'Header block or body did not come in time: 5 seconds for the headers, 15 for all. Here the header block is never finished; the broker closes the connection with its answer.',
    show: (stage) => sendBytes(stage, 'GET /livez HTTP/1.1\r\n'),
  },
  payload_too_large: {
    story: 'A body is at most 1 MiB. This one has one byte more.',
    show: async ({ port }) => {
      const path = '/v1/token/validate'
      const body = ' '.repeat(1_048_577)
      const command = `head -c 1048577 /dev/zero | curl "$BROKER${path}" --data-binary @-`
      return { command, answer: await exchange(port, { method: 'POST', path, headers: {}, body }) }
    },
  },
  rate_limited: {
    story:
      'Too many sign-ins. `Retry-After` says when the next one counts. Here an app signs in for the fourth time in a row.',
    show: async (stage) => {
      const { client_id, client_secret } = await stage.salesCredentials(await stage.operator())
      const body = { client_id, client_secret }
      for (let round = 0; round < 3; round++) await stage.get('POST', '/v1/app/auth', { body })
      return stage.ask('POST', '/v1/app/auth', { body })
    },
  },
  headers_too_large: {
    story: 'The header block is at most 64 KiB. This one has a header of 70,000 characters.',
    show: async (stage) => {
      const { answer } = await sendBytes(stage, head('GET /livez', `X-Long: ${'x'.repeat(70_000)}`))
      const header = `X-Long: $(head -c 70000 /dev/zero | tr '\\0' x)`
      return { command: `curl "$BROKER/livez" -H "${header}"`, answer }
    },
  },
  internal_error: {
    story:
      'A defect of the broker: it says nothing but the request id, under which the log has the rest. No request is known that brings it about; for this page a route with a defect was added to the broker.',
    show: showDefect,
  },
  service_unavailable: {
    story:
      'Not now: the store does not answer, a queue is full, the broker is starting, stopping or cut off, or its state is stale. Nothing was changed, unless `hint` is `outcome unknown`. `Retry-After` says when to try again. Here one app opens its eleventh event stream.',
    show: async (stage) => {
      const { app: by } = await stage.cast()
      const path = '/v1/revocations/stream'
      const openings = Array.from({ length: 10 }, () => Promise.withResolvers<void>())
      const { promise: enough, resolve: closeAll } = Promise.withResolvers<void>()
      const streams = openings.map(({ resolve }) => {
        const meanwhile = () => {
          resolve()
          return enough
        }
        return stage.ask('GET', path, { by, until: 'snapshot', meanwhile })
      })
      await Promise.all(openings.map(({ promise }) => promise))
      const eleventh = await stage.ask('GET', path, { by })
      closeAll()
      await Promise.all(streams)
      return eleventh
    },
  },
}

/** What no HTTP client would send, and all that came back before the broker closed the connection. */
async function sendBytes({ broker }: Stage, bytes: string): Promise<Exchange> {
  using client = await rawClient(broker.broker.app)
  client.send(bytes)
  const answer = await onlyAnswer(client)
  const shown = bytes.replaceAll('\r\n', String.raw`\r\n`)
  const command = `(printf '${shown}'; sleep 20) | nc "$BROKER_HOST" "$BROKER_PORT"`
  const { title: reason } = JSON.parse(answer.body)
  return { command, answer: { ...answer, reason } }
}

const path = '/v1/with-a-defect'

const defective = route({
  method: 'GET',
  path,
  summary: 'Has a defect',
  status: 204,
  errors: [],
  handle: (): void => {
    throw new Error('something that nobody thought of')
  },
})

async function showDefect(): Promise<Exchange> {
  await using made = await listeningApp({ routes: [...allRoutes, defective] })
  const headers = { 'X-Request-ID': 'monday-1' }
  const asked = { method: 'GET', path, headers }
  const command = `curl "$BROKER${path}" -H 'X-Request-ID: monday-1'`
  return { command, answer: await exchange(portOf(made.app), asked) }
}
