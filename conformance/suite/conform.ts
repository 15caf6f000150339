import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import type { Options } from '../options.ts'
import { AnswerSchemas } from '../wire/answer-schemas.ts'
import { toObject } from '../wire/answer.ts'
import { Broker } from '../wire/broker.ts'
import { Inspector } from '../wire/inspector.ts'
import { publishedKeys } from '../wire/published-keys.ts'
import type { SigningKey } from '../wire/signing-key.ts'
import { checklist } from './checklist.ts'
import { runChecks, type LineResult, type Progress } from './run-checks.ts'

export interface Conformance {
  readonly results: readonly LineResult[]
  /** How many answers were looked at. */
  readonly answers: number
}

/** Runs the checklist against the broker at the URL. */
export async function conform(options: Options, tell: Progress): Promise<Conformance> {
  if (options.caCert !== undefined) {
    setDefaultCACertificates([...getCACertificates('default'), options.caCert])
  }
  const schemas = options.openapi ? await readSchemas(options.url) : undefined
  const inspector = new Inspector({ schemas, isTls: options.url.startsWith('https:') })
  const broker = new Broker({ ...options, inspector, signingKey: await chooseKey(options) })
  const { only, offers } = options
  const chosen = checklist.filter(({ line }) => only.length === 0 || only.includes(line))
  const results = await runChecks(broker, chosen, { offers, tell })
  return { results, answers: inspector.answers }
}

/** Undefined when there is no readable document: line 0 will tell. */
async function readSchemas(url: string): Promise<AnswerSchemas | undefined> {
  try {
    const answer = await fetch(new URL('/v1/openapi.json', url))
    return new AnswerSchemas(toObject(await answer.json()))
  } catch {
    return undefined
  }
}

/** A key file leads to one of two signing keys (contract 2.9); the broker publishes which. */
async function chooseKey({
  url,
  adminSecret,
  signingKeys,
}: Options): Promise<SigningKey | undefined> {
  if (signingKeys === undefined) return undefined
  const unseen = new Inspector({ isTls: false })
  const broker = new Broker({ url, adminSecret, inspector: unseen })
  const keys = await publishedKeys(broker).catch(() => [])
  const kids = new Set(keys.map(({ kid }) => kid))
  return [signingKeys.first, signingKeys.imported].find(({ kid }) => kids.has(kid))
}
