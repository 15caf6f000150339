import { makeFamily } from '../actors/family.ts'
import { readEvents } from '../actors/audit.ts'
import { revoke } from '../actors/revocation.ts'
import { expectLive } from '../actors/token.ts'
import type { Check } from '../suite/check.ts'
import type { Json } from '../wire/answer.ts'
import type { Broker } from '../wire/broker.ts'
import { clockOffset } from '../wire/clock.ts'
import { expect, expectStatus } from '../wire/expect.ts'
import { randomHex } from '../wire/random-name.ts'

export const dryRun: Check = {
  line: 28,
  title: 'dry_run reports the count and writes nothing; an unknown target counts 0 and is listed',
  parts: [
    { title: 'a dry run', run: tryDry },
    { title: 'an unknown target', run: unknownTarget },
    { title: 'revocation_effect tells the same count', run: effect },
  ],
}

async function tryDry(broker: Broker): Promise<void> {
  const { parent, tokens } = await makeFamily(broker)
  const wanted = { level: 'chain', target: parent.id } as const
  const { json } = await revoke(broker, { ...wanted, dry_run: true })
  expect(json['revoked'] === false && json['dry_run'] === true, 'it does not say dry_run')
  expect(json['id'] === undefined, 'it names an entry')
  expect(json['count'] === 3, `count is ${String(json['count'])}, not 3`)
  expect(JSON.stringify(json['by_depth']) === '[1,1,1]', 'by_depth does not count by chain length')
  const agents = json['agents']
  expect(Array.isArray(agents) && agents.length === 3, 'agents are not the three concerned')
  await expectLive(broker, tokens)
  expect((await listed(broker, parent.id)).length === 0, 'an entry is listed')
  const real = await revoke(broker, wanted)
  expect(real.json['count'] === json['count'], 'the revocation counts otherwise')
}

async function unknownTarget(broker: Broker): Promise<void> {
  const target = randomHex(16)
  const first = await revoke(broker, { level: 'token', target })
  expect(first.json['count'] === 0, 'count is not 0')
  const entries = await listed(broker, target)
  expect(entries.length === 1 && entries[0]?.['id'] === first.text('id'), 'it is not listed once')
  const again = await revoke(broker, { level: 'token', target })
  expect(again.text('id') === first.text('id'), 'repeating it makes another entry')
}

async function listed(broker: Broker, target: string): Promise<Json[]> {
  const query = new URLSearchParams({ target })
  const answer = await broker.get(`/v1/revocations?${query.toString()}`, await broker.operator())
  return expectStatus(answer, 200).list('revocations')
}

async function effect(broker: Broker): Promise<void> {
  const since = new Date(Date.now() + (await clockOffset(broker)) - 2000).toISOString()
  const { parent } = await makeFamily(broker)
  const id = (await revoke(broker, { level: 'chain', target: parent.id })).text('id')
  const events = await readEvents(broker, { event_type: 'revocation_effect', since })
  const details = events.map((event) => String(event['detail']).split(' | '))
  const [parts, ...more] = details.filter((detail) => detail.includes(`revocation=${id}`))
  expect(parts !== undefined && more.length === 0, 'there is not one revocation_effect of it')
  expect(parts.includes('count=3'), 'its count is another')
}
