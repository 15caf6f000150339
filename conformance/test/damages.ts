import type { Damage, Exchange } from './damaging-proxy.ts'

/** A broker with one fault, and the lines of the checklist that must tell of it: these and no others of those asked. */
export interface DamagedBroker {
  readonly name: string
  readonly makeDamage: () => Damage
  readonly asked: readonly number[]
  readonly found: readonly number[]
}

const usual = [0, 1, 2, 4, 5, 7, 22, 27]

export const damagedBrokers: readonly DamagedBroker[] = [
  { name: 'nothing is wrong', makeDamage: () => () => ({}), asked: usual, found: [] },
  {
    name: 'one route forgets X-Request-ID',
    makeDamage: () => (exchange) =>
      exchange.asked === 'GET /v1/challenge'
        ? { headers: exchange.headers.replace(/^x-request-id/im, 'x-other') }
        : {},
    asked: usual,
    found: [1],
  },
  {
    name: 'a request id is not echoed',
    makeDamage: () => (exchange) =>
      exchange.asked === 'GET /livez'
        ? { headers: exchange.headers.replace(/^x-request-id: .*$/im, 'x-request-id: same') }
        : {},
    asked: usual,
    found: [2],
  },
  {
    name: 'a released token validates',
    makeDamage: validateReleased,
    asked: [0, 7, 9, 13],
    found: [9, 13],
  },
  {
    name: 'the answer to a bad token has one member more',
    makeDamage: () => (exchange) =>
      exchange.asked === validate
        ? { body: exchange.body.replace('{"valid":false', '{"why":1,"valid":false') }
        : {},
    asked: [0, 5, 13],
    found: [13],
  },
  {
    name: 'the detail tells a dead bearer from a badly signed one',
    makeDamage: tellDead,
    asked: usual,
    found: [7],
  },
  {
    name: 'every refusal has the same detail, which is nobody’s business',
    makeDamage: () => (exchange) =>
      exchange.status === 401 ? { body: exchange.body.replace(detail, '"detail":"no"') } : {},
    asked: usual,
    found: [],
  },
  {
    name: 'the status in a problem is not the HTTP status',
    makeDamage: () => (exchange) =>
      exchange.status === 413
        ? { body: exchange.body.replace('"status":413', '"status":412') }
        : {},
    asked: [0, 4, 6],
    found: [6],
  },
  {
    name: 'an answer is not as the document says',
    makeDamage: () => (exchange) =>
      exchange.asked === 'GET /v1/challenge'
        ? { body: exchange.body.replace('"expires_in":30', '"expires_in":"30"') }
        : {},
    asked: usual,
    found: [0],
  },
  {
    name: 'a count of killed tokens is one too low',
    makeDamage: () => (exchange) =>
      exchange.asked === 'POST /v1/revoke'
        ? { body: exchange.body.replace('"count":4', '"count":3') }
        : {},
    asked: usual,
    found: [27],
  },
  {
    name: 'an audit event is edited',
    makeDamage: () => (exchange) =>
      isAuditList(exchange)
        ? { body: exchange.body.replace('"actor":"admin"', '"actor":"nobody"') }
        : {},
    asked: [33, 34, 51],
    found: [34],
  },
  {
    name: 'a detail is not escaped',
    makeDamage: () => (exchange) =>
      isAuditList(exchange) ? { body: exchange.body.replaceAll(String.raw`\\|`, '|') } : {},
    asked: [33, 51],
    found: [51],
  },
  {
    name: 'the limit of the audit list is not capped',
    makeDamage: () => (exchange) =>
      isAuditList(exchange) ? { body: exchange.body.replace('"limit":1000', '"limit":5000') } : {},
    asked: [33, 34],
    found: [33],
  },
  {
    name: 'every refusal says 200',
    makeDamage: () => (exchange) => (exchange.status >= 400 ? { status: 200 } : {}),
    asked: [...usual, 13, 30, 44],
    found: [0, 1, 4, 5, 7, 13, 22, 30, 44],
  },
]

const validate = 'POST /v1/token/validate'
const detail = /"detail":"[^"]*"/

function isAuditList({ asked }: Exchange): boolean {
  return asked.startsWith('GET /v1/audit/events')
}

function validateReleased(): Damage {
  const released = new Set<string>()
  return (exchange) => {
    const token = shown(exchange)
    if (exchange.asked === 'POST /v1/token/release') released.add(token)
    if (exchange.asked !== validate || !released.has(token)) return {}
    const claims = Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()
    return { body: `{"valid":true,"claims":${claims}}\n` }
  }
}

function tellDead(): Damage {
  const issued = new Set<string>()
  return (exchange) => {
    const token = /"access_token":"([^"]+)"/.exec(exchange.body)?.[1]
    if (token !== undefined) issued.add(token)
    const isDead = exchange.status === 401 && issued.has(shown(exchange))
    return isDead ? { body: exchange.body.replace(detail, '"detail":"it died"') } : {}
  }
}

/** The token that a request shows. */
function shown({ request }: Exchange): string {
  return /"token":"([^"]+)"/.exec(request)?.[1] ?? /bearer ([\w.-]+)/i.exec(request)?.[1] ?? ''
}
