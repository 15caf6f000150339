// GET /v1/audit/events?credential=: what a credential did, who gave it, what came of it.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { AuditEvent } from '@agentwrit/protocol'
import { registerApp } from '../apps.ts'
import { ask, type Answer } from '../ask.ts'
import {
  agentOf,
  delegated,
  renewed,
  revokeAs,
  signInAdmin,
  signInApp,
  type Held,
} from '../lineages.ts'
import { testBroker, type TestBroker } from '../test-broker.ts'

const path = '/v1/audit/events'

function list(broker: TestBroker, { token: bearer }: Held, query = ''): Promise<Answer> {
  return ask(broker, 'GET', `${path}${query}`, { bearer })
}

function eventsOf({ status, body }: Answer): AuditEvent[] {
  assert.equal(status, 200, JSON.stringify(body))
  const { events } = body
  assert.ok(Array.isArray(events))
  return events
}

const typesOf = (answer: Answer) => eventsOf(answer).map(({ event_type: type }) => type)
const numbersOf = (answer: Answer) => eventsOf(answer).map(({ seq }) => seq)

describe('a credential', () => {
  test('tells in one query who gave it, what it did and what came of it', async () => {
    await using broker = await testBroker()
    const admin = await signInAdmin(broker)
    const app = await signInApp(broker, await registerApp(broker))
    const agent = await agentOf(broker, app, 'october')
    const bystander = await agentOf(broker, app, 'november')
    const second = await renewed(broker, agent)
    const third = await renewed(broker, second)
    const child = await delegated(broker, third, bystander)
    await list(broker, second)
    await revokeAs(broker, admin, { level: 'agent', target: agent.claims.sub, reason: 'leaked' })
    await list(broker, third)
    const wanted = [
      'app_authenticated',
      'launch_token_issued',
      'agent_registered',
      'token_issued',
      'token_renewed',
      'token_renewed',
      'delegation_created',
      'token_revoked_access',
      'token_revoked',
      'revocation_effect',
      'token_revoked_access',
    ]
    for (const { claims } of [agent, second, third]) {
      assert.deepEqual(typesOf(await list(broker, admin, `?credential=${claims.jti}`)), wanted)
    }
    const ofChild = await list(broker, admin, `?credential=${child.claims.jti}`)
    assert.deepEqual(typesOf(ofChild), [
      'app_authenticated',
      'launch_token_issued',
      'token_issued',
      'delegation_created',
      'token_revoked',
      'revocation_effect',
    ])
    assert.equal(ofChild.body['total'], 6)
    const operator = await broker.operator()
    const bySdk: string[] = []
    const filter = { credential: child.claims.jti, pageSize: 4 }
    for await (const { event_type: type } of operator.listAuditEvents(filter)) bySdk.push(type)
    assert.deepEqual(bySdk, typesOf(ofChild))
    const query = `?credential=${agent.claims.jti}&outcome=denied&event_type=token_revoked_access`
    const filtered = await list(broker, admin, query)
    assert.deepEqual([filtered.body['total'], eventsOf(filtered).length], [2, 2])
  })

  const endings: readonly (readonly [string, (world: Lineage) => Promise<unknown>])[] = [
    ['its task is revoked', (world) => revoke(world, 'task', 'october')],
    ['the chain is revoked', ({ agent, ...world }) => revoke(world, 'chain', agent.claims.sub)],
    ['its delegator is revoked', ({ agent, ...world }) => revoke(world, 'token', agent.claims.jti)],
    [
      'the app that launched it is cut off',
      ({ app, ...world }) => revoke(world, 'agent', app.claims.sub),
    ],
    [
      'the login that launched it is revoked',
      ({ app, ...world }) => revoke(world, 'token', app.claims.jti),
    ],
    [
      'its app is deregistered',
      ({ broker, admin, app }) =>
        ask(broker, 'DELETE', `/v1/admin/apps/${app.claims.app_id}`, { bearer: admin.token }),
    ],
    [
      'its delegator releases',
      ({ broker, agent }) => ask(broker, 'POST', '/v1/token/release', { bearer: agent.token }),
    ],
  ]
  for (const [cause, end] of endings) {
    test(`tells its end when ${cause}`, async () => {
      await using broker = await testBroker()
      const admin = await signInAdmin(broker)
      const app = await signInApp(broker, await registerApp(broker))
      const agent = await agentOf(broker, app, 'october')
      const delegate = await agentOf(broker, app, 'november')
      const child = await delegated(broker, agent, delegate)
      await revokeAs(broker, admin, { level: 'task', target: 'another' })
      const before = numbersOf(await list(broker, admin, `?credential=${child.claims.jti}`)).length
      await end({ broker, admin, app, agent })
      assert.equal((await broker.client.validate(child.token)).valid, false)
      const told = eventsOf(await list(broker, admin, `?credential=${child.claims.jti}`))
      const types = told.slice(before).map(({ event_type: type }) => type)
      assert.ok(
        types.some((type) =>
          ['token_revoked', 'app_deregistered', 'token_released'].includes(type),
        ),
        JSON.stringify(types),
      )
    })
  }

  const endingsAcrossApps: readonly (readonly [string, (world: AcrossApps) => Promise<unknown>])[] =
    [
      [
        'the login that launched the delegate is revoked',
        ({ other, ...world }) => revoke(world, 'token', other.claims.jti),
      ],
      [
        'the app that launched the delegate is cut off',
        ({ other, ...world }) => revoke(world, 'agent', other.claims.sub),
      ],
      [
        'the app that launched the delegate is deregistered',
        ({ broker, admin, other }) =>
          ask(broker, 'DELETE', `/v1/admin/apps/${other.claims.app_id}`, { bearer: admin.token }),
      ],
    ]
  for (const [cause, end] of endingsAcrossApps) {
    test(`handed on to another app tells its end when ${cause}`, async () => {
      await using broker = await testBroker()
      const admin = await signInAdmin(broker)
      const app = await signInApp(broker, await registerApp(broker, { delegates_to: ['*'] }))
      const other = await signInApp(broker, await registerApp(broker, { delegates_to: ['*'] }))
      const delegate = await agentOf(broker, other, 'november')
      const child = await delegated(broker, await agentOf(broker, app, 'october'), delegate)
      const grandchild = await delegated(broker, child, await agentOf(broker, app, 'december'))
      const before = await Promise.all(
        [child, grandchild].map(({ claims }) => list(broker, admin, `?credential=${claims.jti}`)),
      )
      await end({ broker, admin, other })
      for (const [place, { token, claims }] of [child, grandchild].entries()) {
        assert.equal((await broker.client.validate(token)).valid, false)
        const told = typesOf(await list(broker, admin, `?credential=${claims.jti}`))
        const fresh = told.slice(before.map(numbersOf)[place]?.length)
        assert.ok(fresh.some((type) => type === 'token_revoked' || type === 'app_deregistered'))
        assert.ok(fresh.includes('revocation_effect'), JSON.stringify(fresh))
      }
    })
  }

  test('of an operator tells whom it has revoked, and not what others have', async () => {
    await using broker = await testBroker()
    const [admin, other] = [await signInAdmin(broker), await signInAdmin(broker)]
    const agent = await agentOf(broker, admin, 'october')
    const bystander = await agentOf(broker, admin, 'november')
    await revokeAs(broker, admin, { level: 'token', target: agent.claims.jti })
    await revokeAs(broker, admin, { level: 'agent', target: agent.claims.sub })
    const ofAdmin = typesOf(await list(broker, other, `?credential=${admin.claims.jti}`))
    const effects = ['token_revoked', 'revocation_effect']
    assert.deepEqual(ofAdmin.slice(-4), [...effects, ...effects])
    const ofAgent = typesOf(await list(broker, other, `?credential=${agent.claims.jti}`))
    assert.deepEqual(ofAgent.slice(-4), [...effects, ...effects])
    const ofBystander = typesOf(await list(broker, other, `?credential=${bystander.claims.jti}`))
    assert.equal(ofBystander.at(-1), 'token_issued')
    assert.ok(
      !typesOf(await list(broker, other, `?credential=${other.claims.jti}`)).includes(
        'token_revoked',
      ),
    )
  })

  test('that nobody knows has no events', async () => {
    await using broker = await testBroker()
    const admin = await signInAdmin(broker)
    for (const jti of ['0'.repeat(32), 'task:october', "' or 1=1 --"]) {
      const answer = await list(broker, admin, `?credential=${encodeURIComponent(jti)}`)
      assert.deepEqual(eventsOf(answer), [], jti)
    }
  })
})

interface Lineage {
  readonly broker: TestBroker
  readonly admin: Held
  readonly app: Held
  readonly agent: Held
}

type AcrossApps = Pick<Lineage, 'broker' | 'admin'> & { readonly other: Held }

function revoke(
  { broker, admin }: Pick<Lineage, 'broker' | 'admin'>,
  level: 'task' | 'chain' | 'token' | 'agent',
  target: string,
): Promise<Answer> {
  return revokeAs(broker, admin, { level, target })
}
