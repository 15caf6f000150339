import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import { errorCodes } from '@agentwrit/protocol'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { allRoutes, routeGroups } from '../../src/http/routes/index.ts'
import { testBroker } from '../test-broker.ts'

interface Parameter {
  readonly name: string
  readonly in: string
  readonly required?: boolean
}

interface Operation {
  readonly operationId: string
  readonly description: string
  readonly tags: readonly string[]
  readonly security?: readonly { readonly bearer: readonly string[] }[]
  readonly parameters?: readonly Parameter[]
  readonly requestBody?: { readonly required: boolean }
  readonly responses: Readonly<Record<string, { readonly headers: object }>>
}

let document: Record<string, unknown> & {
  readonly paths: Record<string, Record<string, Operation>>
  readonly tags: readonly { readonly name: string }[]
}

before(async () => {
  await using broker = await testBroker()
  document = JSON.parse((await broker.broker.app.inject('/v1/openapi.json')).body)
})

function operationOf({ method, path }: { method: string; path: string }): Operation {
  const operation = document.paths[path]?.[method.toLowerCase()]
  assert.ok(operation, `${method} ${path}`)
  return operation
}

test('every parameter and every member of every schema says what it means', () => {
  const silent: string[] = []
  let described = 0
  const look = (part: unknown, place: string): void => {
    if (typeof part !== 'object' || part === null) return
    const named: Record<string, unknown> =
      'properties' in part ? Object(part.properties) : 'in' in part ? { parameter: part } : {}
    for (const [name, schema] of Object.entries(named)) {
      described += 1
      if (!Object(schema).description) silent.push(`${place}: ${name}`)
    }
    for (const [name, inner] of Object.entries(part)) look(inner, `${place}/${name}`)
  }
  look(document, '')
  assert.deepEqual(silent, [])
  assert.ok(described > 300)
})

test('every schema is a JSON Schema of the draft that OpenAPI 3.1 means', () => {
  const judge = new Ajv2020({ strict: false })
  let judged = 0
  const look = (part: unknown): void => {
    if (typeof part !== 'object' || part === null) return
    if ('schema' in part) {
      judged += 1
      assert.ok(judge.validateSchema(Object(part.schema)), JSON.stringify(judge.errors))
    }
    Object.values(part).forEach(look)
  }
  look(document)
  assert.ok(judged > 300)
})

test('paths and parameters agree, and every operation has a name of its own', () => {
  const names = allRoutes.map((route) => operationOf(route).operationId)
  assert.equal(new Set(names).size, names.length)
  for (const route of allRoutes) {
    const inPath = (operationOf(route).parameters ?? []).filter((one) => one.in === 'path')
    const wanted = Array.from(route.path.matchAll(/\{(\w+)\}/g), ([, name]) => name)
    assert.deepEqual(
      inPath.map(({ name, required }) => required === true && name),
      wanted,
    )
  }
})

test('operations stand in the groups of the route list, and in no other', () => {
  assert.deepEqual(
    document.tags.map(({ name }) => name),
    [...routeGroups.keys()],
  )
  for (const [group, routes] of routeGroups) {
    for (const route of routes) assert.deepEqual(operationOf(route).tags, [group])
  }
})

test('a route names its scopes as alternatives, and in words whom it is for', () => {
  for (const route of allRoutes) {
    const { security, description } = operationOf(route)
    const scopes = security?.flatMap(({ bearer }) => bearer)
    assert.deepEqual(scopes, route.access && (route.access.scopes ?? []), route.path)
    assert.match(description, /^For .+\.$/)
    for (const scope of scopes ?? []) assert.ok(description.includes(scope))
  }
  const signIn = operationOf({ method: 'POST', path: '/v1/app/auth' })
  assert.match(signIn.description, /10 times a second.*10 times a minute/)
})

test('refusals list the headers that they have, and no others', () => {
  for (const route of allRoutes) {
    const { responses } = operationOf(route)
    for (const [status, { headers }] of Object.entries(responses)) {
      const isProtected = route.access !== undefined
      const needsScope =
        route.access?.scopes !== undefined || route.errors.includes('insufficient_scope')
      const isChallenged = status === '401' || (status === '403' && needsScope)
      assert.equal('WWW-Authenticate' in headers, isProtected && isChallenged, route.path)
      assert.equal('Retry-After' in headers, ['429', '503'].includes(status))
      assert.ok('X-Request-ID' in headers && 'Warning' in headers)
    }
    assert.equal(
      '429' in responses,
      route.rateLimit !== undefined || route.attemptLimit !== undefined,
    )
  }
})

test('a body that may be missing is not required', () => {
  for (const route of allRoutes.filter(({ body }) => body !== undefined)) {
    assert.equal(operationOf(route).requestBody?.required, route.isBodyOptional !== true)
  }
})

function headersOf(method: string, path: string): string[] {
  const parameters = operationOf({ method, path }).parameters ?? []
  return parameters.filter((one) => one.in === 'header').map(({ name }) => name)
}

test('streams say with which header they are resumed, renewals with which they are repeated', () => {
  assert.deepEqual(headersOf('GET', '/v1/revocations/stream'), ['Last-Event-ID'])
  assert.deepEqual(headersOf('GET', '/v1/audit/stream'), ['Last-Event-ID'])
  assert.deepEqual(headersOf('POST', '/v1/token/renew'), ['Idempotency-Key'])
  assert.deepEqual(headersOf('POST', '/v1/revoke'), [])
})

test('a refusal lists the codes that it can have, and every code is one of the protocol', () => {
  const text = JSON.stringify(operationOf({ method: 'POST', path: '/v1/admin/apps' }).responses)
  assert.ok(text.includes('"error_code":{"enum":["invalid_request","invalid_ttl"]'))
  const named = JSON.stringify(document).matchAll(/"error_code":\{"enum":\[([^\]]+)\]/g)
  const codes = new Set(Array.from(named, ([, list = '']) => list.split(',')).flat())
  assert.deepEqual([...codes].toSorted(), errorCodes.map((code) => `"${code}"`).toSorted())
})
