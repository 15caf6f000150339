import assert from 'node:assert/strict'
import type { RegisterAppResponse } from '@agentwrit/protocol'
import { ask } from '../ask.ts'
import { openStreamAt, type StreamClient } from '../http/stream-client.ts'
import { held } from '../lineages.ts'
import { adminSecret } from '../test-broker.ts'
import type { BrokerProcess } from './broker-process.ts'
import { signIn } from './errand.ts'

/** Settings under which each sign-in may come from an address of its own, and nobody is throttled. */
export const manyAddresses = { AA_TRUSTED_PROXIES: '127.0.0.1/32' }

/** Tokens of so many apps, each signed in. */
export async function makePrincipals(broker: BrokerProcess, count: number): Promise<string[]> {
  const bearer = await signIn(broker, adminSecret)
  return Promise.all(
    Array.from({ length: count }, async (_, index) => {
      const body = { name: `follower-${index}`, role: 'verifier' }
      const made = await ask(broker, 'POST', '/v1/admin/apps', { bearer, body })
      assert.equal(made.status, 201, JSON.stringify(made.body))
      return signInFrom(broker, `192.0.2.${index}`, made.body)
    }),
  )
}

async function signInFrom(
  { fetch }: BrokerProcess,
  address: string,
  { client_id, client_secret }: Partial<RegisterAppResponse>,
): Promise<string> {
  const answer = await fetch('http://broker.test/v1/app/auth', {
    method: 'POST',
    headers: { 'x-forwarded-for': address },
    body: JSON.stringify({ client_id, client_secret }),
  })
  return held({ ...Object(await answer.json()) }).token
}

/** So many streams of each of these principals, all open. */
export async function openCrowd(
  broker: BrokerProcess,
  principals: readonly string[],
  each: number,
): Promise<StreamClient[]> {
  const bearers = principals.flatMap((bearer) => Array.from({ length: each }, () => bearer))
  const streams = await Promise.all(bearers.map((bearer) => follow(broker, bearer)))
  assert.deepEqual([...new Set(streams.map(({ status }) => status))], [200])
  return streams
}

export function follow({ url }: BrokerProcess, bearer: string): Promise<StreamClient> {
  return openStreamAt(Number(new URL(url).port), '/v1/revocations/stream', { bearer })
}
