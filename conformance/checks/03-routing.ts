import type { Check } from '../suite/check.ts'
import type { Broker } from '../wire/broker.ts'
import { expect, expectProblem } from '../wire/expect.ts'
import { askRaw, head } from '../wire/raw.ts'

export const routing: Check = {
  line: 3,
  title: 'Unknown path 404, wrong method 405 with a sorted Allow; HEAD on every GET route',
  parts: [
    { title: 'unknown paths', run: unknownPaths },
    { title: 'wrong methods', run: wrongMethods },
    { title: 'HEAD on every GET route', run: headEverywhere },
  ],
}

async function unknownPaths(broker: Broker): Promise<void> {
  for (const path of ['/', '/v1', '/v1/challenge/', '/v1//challenge', '/V1/challenge']) {
    expectProblem(await broker.get(path), 'not_found')
  }
  const dots = await askRaw(broker, head('GET /v1/./challenge'))
  expectProblem(dots, 'not_found', 'no path cleaning')
  expectProblem(await askRaw(broker, head('GET /v1/agents/%zz')), 'invalid_request')
}

async function wrongMethods(broker: Broker): Promise<void> {
  for (const [method, path, allow] of [
    ['DELETE', '/v1/challenge', 'GET, HEAD'],
    ['OPTIONS', '/v1/health', 'GET, HEAD'],
    ['GET', '/v1/register', 'POST'],
    ['PATCH', '/v1/admin/apps', 'GET, HEAD, POST'],
    ['POST', '/v1/admin/apps/x', 'DELETE, GET, HEAD, PUT'],
    ['GET', '/v1/revocations/x', 'DELETE'],
  ] as const) {
    const answer = expectProblem(await broker.ask(method, path), 'method_not_allowed')
    const got = answer.headers.get('allow')
    expect(got === allow, `${method} ${path}: Allow is "${got}", not "${allow}"`)
  }
}

/** Contract 4. A route that is not protected answers 200, the others 401: HEAD must do what GET does. */
const getRoutes = [
  '/v1/challenge',
  '/v1/audit/events',
  '/v1/admin/apps',
  '/v1/admin/apps/x',
  '/v1/health',
  '/v1/metrics',
  '/v1/revocations',
  '/v1/agents',
  '/v1/agents/x',
  '/v1/agents/x/key',
  '/v1/revocations/stream',
  '/v1/audit/stream',
  '/v1/audit/verify',
  '/.well-known/jwks.json',
  '/livez',
  '/readyz',
  '/v1/openapi.json',
  '/v1/admin/launch-tokens',
  '/v1/app/launch-tokens',
  '/v1/audit/keys',
  '/v1/delegations',
  '/v1/admin/stats',
  '/v1/admin/config',
  '/v1/admin/brokers',
]

async function headEverywhere(broker: Broker): Promise<void> {
  for (const path of getRoutes) {
    const got = await broker.get(path)
    expect(got.status !== 404, `there is no GET ${path}`)
    const headed = await askRaw(broker, head(`HEAD ${path}`))
    expect(headed.status === got.status, `HEAD ${path} answers ${headed.status}, GET ${got.status}`)
    expect(headed.body === '', `HEAD ${path} answers with a body`)
    for (const name of ['content-type', 'cache-control', 'www-authenticate']) {
      const same = headed.headers.get(name) === got.headers.get(name)
      expect(same, `HEAD ${path} answers with another ${name}`)
    }
  }
}
