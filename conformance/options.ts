import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { signingKeysOf, type SigningKey } from './wire/signing-key.ts'
import type { Offer } from './suite/check.ts'

export interface Options {
  readonly url: string
  readonly adminSecret: string
  /** Lines to run; all of them when empty. */
  readonly only: readonly number[]
  readonly json: boolean
  readonly openapi: boolean
  readonly offers: ReadonlySet<Offer>
  readonly signingKeys?: { readonly first: SigningKey; readonly imported: SigningKey }
  readonly caCert?: string
}

/** What the user got wrong. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}

export const usage = `npm run conformance -- --url http://127.0.0.1:8080 [options]

  --admin-secret=...        of the broker; better in AACTL_ADMIN_SECRET, where no process list shows it
  --only=7,12               these lines of the checklist
  --slow                    also what has to wait longer than ten seconds (up to 11 minutes)
  --destructive             also what disturbs other users: key rotations, revocation of all admin sessions
  --signing-key-file=...    the broker's AA_SIGNING_KEY_PATH: forges what only its own key could sign
  --ca-cert=...             PEM of the CA that signed the broker's certificate
  --no-openapi              do not compare every answer with GET /v1/openapi.json
  --json                    the result as one JSON object
`

export function readOptions(args: readonly string[], secretOfEnvironment?: string): Options {
  const values = parse(args)
  const { url } = values
  const adminSecret = values['admin-secret'] ?? secretOfEnvironment
  if (url === undefined || !URL.canParse(url)) throw new UsageError('--url must name the broker')
  if (adminSecret === undefined)
    throw new UsageError('--admin-secret or AACTL_ADMIN_SECRET is missing')
  const keyFile = values['signing-key-file']
  const caCert = values['ca-cert']
  return {
    url,
    adminSecret,
    only: (values.only?.split(',') ?? []).map(toLine),
    json: values.json,
    openapi: values.openapi,
    offers: offersOf({ ...values, tls: url.startsWith('https:'), keyFile }),
    ...(keyFile === undefined ? {} : { signingKeys: signingKeysOf(readFileSync(keyFile, 'utf8')) }),
    ...(caCert === undefined ? {} : { caCert: readFileSync(caCert, 'utf8') }),
  }
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowNegative: true,
      options: {
        url: { type: 'string' },
        'admin-secret': { type: 'string' },
        only: { type: 'string' },
        'signing-key-file': { type: 'string' },
        'ca-cert': { type: 'string' },
        json: { type: 'boolean', default: false },
        slow: { type: 'boolean', default: false },
        destructive: { type: 'boolean', default: false },
        openapi: { type: 'boolean', default: true },
      },
    }).values
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : 'unknown option')
  }
}

function toLine(text: string): number {
  const line = Number(text)
  if (Number.isInteger(line) && line >= 0 && line <= 52) return line
  throw new UsageError('--only lists lines of the checklist, 0 to 52')
}

function offersOf(given: {
  tls: boolean
  slow: boolean
  destructive: boolean
  openapi: boolean
  keyFile: string | undefined
}): Set<Offer> {
  const offers = new Set<Offer>()
  if (given.openapi) offers.add('comparison')
  if (given.tls) offers.add('tls')
  if (given.slow) offers.add('time')
  if (given.destructive) offers.add('permission')
  if (given.keyFile !== undefined) offers.add('signingKey')
  return offers
}
