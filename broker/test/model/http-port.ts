import assert from 'node:assert/strict'
import { errorCodes, type Claims } from '@agentwrit/protocol'
import { allRoutes } from '../../src/http/routes/index.ts'
import { ask, type Shown } from '../ask.ts'
import { adminSecret, type TestBroker } from '../test-broker.ts'
import type { Port, Reply } from './port.ts'

type Method = 'GET' | 'POST' | 'PUT' | 'DELETE'

/** The routes. */
export function httpPort(running: TestBroker): Port {
  const asked = async <Value>(
    method: Method,
    path: string,
    shown: Shown = {},
  ): Promise<Reply<Value>> => {
    const { status, body } = await ask(running, method, path, shown)
    if (status < 400) return { value: body as Value }
    const refused = errorCodes.find((code) => code === body['error_code'])
    assert.ok(refused !== undefined, JSON.stringify(body))
    return { refused }
  }
  const post = <Value>(path: string, body: unknown, bearer?: string): Promise<Reply<Value>> =>
    asked('POST', path, bearer === undefined ? { body } : { body, bearer })

  return {
    now: () => running.now(),
    advance: (milliseconds) => running.advance(milliseconds),
    restart: () => running.restart(),
    async activeKid() {
      const { body } = await ask(running, 'GET', '/.well-known/jwks.json')
      const [active] = body['keys'] as { kid: string }[]
      return active?.kid ?? ''
    },
    introspect: (token) => introspect(running, token),
    findOpenDoors: (token) => findOpenDoors(running, token),

    signInAdmin: () => post('/v1/admin/auth', { secret: adminSecret }),
    signInApp: (body) => post('/v1/app/auth', body),
    registerApp: (bearer, body) => post('/v1/admin/apps', body, bearer),
    changeApp: (bearer, id, body) => asked('PUT', `/v1/admin/apps/${id}`, { bearer, body }),
    deregisterApp: (bearer, id) => asked('DELETE', `/v1/admin/apps/${id}`, { bearer }),
    createLaunchToken: (bearer, body, maker) => post(`/v1/${maker}/launch-tokens`, body, bearer),
    async nonce() {
      const { body } = await ask(running, 'GET', '/v1/challenge')
      return String(body['nonce'])
    },
    register: (body) => post('/v1/register', body),
    renew: (bearer, scope) =>
      asked('POST', '/v1/token/renew', {
        bearer,
        ...(scope === undefined ? {} : { body: { scope } }),
      }),
    delegate: (bearer, body) => post('/v1/delegate', body, bearer),
    release: (bearer) => asked('POST', '/v1/token/release', { bearer }),
    revoke: (bearer, body) => post('/v1/revoke', body, bearer),
    lift: (bearer, id) => asked('DELETE', `/v1/revocations/${id}`, { bearer }),
    rotateKey: (bearer, body) => post('/v1/admin/keys/rotate', body, bearer),
  }
}

/** Every route that takes a bearer, but release: what is over already is released without a word. */
const doors = allRoutes.filter(
  ({ access }) => access !== undefined && access.bearer !== 'unexpired',
)

async function findOpenDoors(running: TestBroker, bearer: string): Promise<string[]> {
  const open: string[] = []
  for (const { method, path } of doors) {
    const place = path.replaceAll(/\{\w+\}/g, 'somebody')
    const { status } = await ask(running, method, place, { bearer })
    if (status !== 401) open.push(`${method} ${path}: ${status}`)
  }
  return open
}

async function introspect(running: TestBroker, token: string): Promise<Claims | undefined> {
  const { body } = await ask(running, 'POST', '/v1/token/validate', { body: { token } })
  return body['valid'] === true ? (body['claims'] as Claims) : undefined
}
