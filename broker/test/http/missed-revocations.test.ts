// No revocation is missed by who follows (contract 4.19), whatever becomes of the clock or of a row.
import assert from 'node:assert/strict'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import {
  publishedLineage,
  publishedTargetInput,
  readRevocationEvent,
  RevocationFollower,
} from '@agentwrit/protocol'
import { sha256 } from '../../src/domain/tokens/sha-256.ts'
import { ask, assertProblem } from '../ask.ts'
import { agentOf, revokeAs, signInAdmin } from '../lineages.ts'
import { testBroker } from '../test-broker.ts'
import { listening, openStream } from './stream-client.ts'

const path = '/v1/revocations/stream'

test('a snapshot made while the clock was ahead revives nothing that was revoked', async () => {
  await using broker = await testBroker({
    environment: { AA_PORT: '0', AA_ADMIN_TOKEN_TTL: '300' },
  }).then(listening)
  const agent = await agentOf(broker, await signInAdmin(broker))
  const asked = { level: 'token', target: agent.claims.jti } as const
  await revokeAs(broker, await signInAdmin(broker), asked)
  broker.advance(400_000)
  using stream = await openStream(broker, path, { bearer: (await signInAdmin(broker)).token })
  const follower = new RevocationFollower()
  while (follower.facts === undefined) {
    const event = readRevocationEvent(await stream.next('snapshot'))
    assert.ok(event !== undefined && follower.take(event))
  }
  // By the verifier's own clock, which is right, the token has not expired.
  const kid = broker.broker.context.keys.activeKid
  const lineage = await publishedLineage({ claims: agent.claims, kid }, sha256)
  assert.equal(follower.isDead(lineage), true)
})

test('a change that is missing is not passed over as if nothing had happened', async () => {
  await using broker = await testBroker({
    environment: { AA_PORT: '0', AA_ADMIN_TOKEN_TTL: '3600' },
  }).then(listening)
  const admin = await signInAdmin(broker)
  const agent = await agentOf(broker, admin)
  using stream = await openStream(broker, path, { bearer: admin.token })
  const { id } = await stream.next('fresh')
  const { changes: feed } = broker.broker.context.live.feeds
  const database = new DatabaseSync(broker.databasePath)
  database.exec(`create trigger hide after insert on changes begin
    delete from changes where stream_seq = new.stream_seq; end`)
  await revokeAs(broker, admin, { level: 'token', target: agent.claims.jti })
  database.exec('drop trigger hide')
  database.close()
  await assert.rejects(feed.poll())
  assertProblem(await ask(broker, 'GET', path, { bearer: admin.token }), 503, 'service_unavailable')
  // It knows nothing new any more, and ends for it; a snapshot tells what was missing.
  broker.advance(5001)
  await stream.ended()
  using again = await openStream(broker, path, {
    bearer: admin.token,
    ...(id === undefined ? {} : { lastEventId: id }),
  })
  const told = JSON.parse((await again.next('snapshot')).data)
  assert.equal(told.entries[0].target, sha256(publishedTargetInput('token', agent.claims.jti)))
})
