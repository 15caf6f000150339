import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { damagingProxy, type Damage, type Exchange } from './damaging-proxy.ts'
import { failedLines, runSuite } from './run-suite.ts'
import { startBroker } from './started-broker.ts'

const broker = await startBroker()
after(() => broker[Symbol.asyncDispose]())

/** Lines that need little waiting; what they find must be these and no others. */
const quick = [0, 1, 2, 4, 5, 7, 13, 22, 27, 30, 44, 46]

async function linesAgainst(damage: Damage, lines: readonly number[] = quick): Promise<number[]> {
  await using proxy = await damagingProxy(broker.url, damage)
  const run = await runSuite('--url', proxy.url, `--only=${lines.join()}`)
  assert.equal(run.exitCode, failedLines(run).length > 0 ? 1 : 0)
  return failedLines(run)
}

function isValidate({ asked }: Exchange): boolean {
  return asked === 'POST /v1/token/validate'
}

/** The token that a request shows. */
function shown({ request }: Exchange): string {
  return /"token":"([^"]+)"/.exec(request)?.[1] ?? /bearer ([\w.-]+)/i.exec(request)?.[1] ?? ''
}

test('a proxy that damages nothing changes no verdict', async () => {
  assert.deepEqual(await linesAgainst(() => ({})), [])
})

test('a missing X-Request-ID of one route is found', async () => {
  const damage: Damage = ({ asked, headers }) =>
    asked === 'GET /v1/challenge' ? { headers: headers.replace(/^x-request-id/im, 'x-other') } : {}
  assert.deepEqual(await linesAgainst(damage), [1])
})

test('a request id that is not echoed is found', async () => {
  const damage: Damage = ({ asked, headers }) =>
    asked === 'GET /livez'
      ? { headers: headers.replace(/^x-request-id: .*$/im, 'x-request-id: same') }
      : {}
  assert.deepEqual(await linesAgainst(damage), [2])
})

test('a released token that validates is found', async () => {
  const released = new Set<string>()
  const damage: Damage = (exchange) => {
    const token = shown(exchange)
    if (exchange.asked === 'POST /v1/token/release') released.add(token)
    return isValidate(exchange) && released.has(token) ? { body: '{"valid":false}\n' } : {}
  }
  assert.deepEqual(await linesAgainst(damage), [0, 13])
})

test('one member more in the answer to a bad token is found', async () => {
  const damage: Damage = (exchange) =>
    isValidate(exchange)
      ? { body: exchange.body.replace('{"valid":false', '{"why":1,"valid":false') }
      : {}
  assert.deepEqual(await linesAgainst(damage), [13])
})

test('a detail that tells a dead bearer from a badly signed one is found', async () => {
  const issued = new Set<string>()
  const damage: Damage = (exchange) => {
    const token = /"access_token":"([^"]+)"/.exec(exchange.body)?.[1]
    if (token !== undefined) issued.add(token)
    const isDead = exchange.status === 401 && issued.has(shown(exchange))
    return isDead ? { body: exchange.body.replace(/"detail":"[^"]*"/, '"detail":"it died"') } : {}
  }
  assert.deepEqual(await linesAgainst(damage), [7])
})

test('the same detail for every refusal is nobody’s business', async () => {
  const damage: Damage = ({ status, body }) =>
    status === 401 ? { body: body.replace(/"detail":"[^"]*"/, '"detail":"no"') } : {}
  assert.deepEqual(await linesAgainst(damage), [])
})

test('a status in the problem that is not the HTTP status is found', async () => {
  const damage: Damage = ({ asked, status, body }) =>
    asked === 'POST /v1/nothing' && status === 413
      ? { body: body.replace('"status":413', '"status":412') }
      : {}
  assert.deepEqual(await linesAgainst(damage, [4, 6]), [6])
})

test('an answer that the document does not describe is found', async () => {
  const damage: Damage = ({ asked, body }) =>
    asked === 'GET /v1/challenge'
      ? { body: body.replace('"expires_in":30', '"expires_in":"30"') }
      : {}
  assert.deepEqual(await linesAgainst(damage), [0])
})

test('a count of killed tokens that is one too low is found', async () => {
  const damage: Damage = ({ asked, body }) =>
    asked === 'POST /v1/revoke' ? { body: body.replace('"count":4', '"count":3') } : {}
  assert.deepEqual(await linesAgainst(damage), [27])
})

test('an audit log that was edited, or a detail or limit that is wrong, is found', async () => {
  const isList = ({ asked }: Exchange) => asked.startsWith('GET /v1/audit/events')
  const edited: Damage = (exchange) =>
    isList(exchange) ? { body: exchange.body.replace('"actor":"admin"', '"actor":"nobody"') } : {}
  assert.deepEqual(await linesAgainst(edited, [33, 34, 51]), [34])
  const unescaped: Damage = (exchange) =>
    isList(exchange) ? { body: exchange.body.replaceAll(String.raw`\\|`, '|') } : {}
  assert.deepEqual(await linesAgainst(unescaped, [33, 51]), [51])
  const uncapped: Damage = (exchange) =>
    isList(exchange) ? { body: exchange.body.replace('"limit":1000', '"limit":5000') } : {}
  assert.deepEqual(await linesAgainst(uncapped, [33, 34, 51]), [33])
})

test('of a broker that says yes to everything nearly nothing is left', async () => {
  const failed = await linesAgainst(({ status }) => (status >= 400 ? { status: 200 } : {}))
  assert.deepEqual(failed, [0, 1, 4, 5, 7, 13, 22, 30, 44])
})
