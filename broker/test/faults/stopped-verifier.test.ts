// What signals do to the process of a resource server, and what keeps it alive.
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { Broker, Operator } from '@agentwrit/client'
import { adminSecret } from '../test-broker.ts'
import { brokerFiles } from './broker-process.ts'
import { ResourceServer } from './resource-server-process.ts'
import { DisturbedBroker } from './verifier-disturbances.ts'
import { enlist } from './verifier-victims.ts'

const maxStaleness = 1_000
const timeout = 30_000

interface Scene extends AsyncDisposable {
  readonly target: DisturbedBroker
  readonly server: ResourceServer
  /** Tokens that the verifier has accepted, and how the first of them ends. */
  readonly victim: string
  readonly living: string
  readonly revoke: () => Promise<void>
}

async function setScene(): Promise<Scene> {
  const stack = new AsyncDisposableStack()
  const files = stack.use(await brokerFiles())
  const target = stack.use(await DisturbedBroker.start(files))
  const broker = new Broker(target.url)
  const operator = await Operator.signIn({ broker, secret: adminSecret })
  const duty = { broker: target.line.url, maxStaleness }
  const server = stack.use(await ResourceServer.start(operator, duty))
  const scene = { broker, operator, round: 0 }
  const [victim, other] = [await enlist(scene, 'victim'), await enlist(scene, 'living')]
  const tokens = { victim: await victim.token(), living: await other.token() }
  for (const token of Object.values(tokens)) assert.ok((await server.verify(token)).ok)
  const revoke = async () =>
    void (await operator.revoke({ level: 'agent', target: victim.agentId }))
  return { target, server, ...tokens, revoke, [Symbol.asyncDispose]: () => stack.disposeAsync() }
}

/** Resolves when the system says that the process is stopped. */
async function stop(pid: number): Promise<void> {
  process.kill(pid, 'SIGSTOP')
  const state = async () =>
    (await promisify(execFile)('ps', ['-o', 'state=', '-p', `${pid}`])).stdout
  while (!(await state()).startsWith('T'));
}

for (const line of ['held', 'open'] as const) {
  test(
    `a process that was stopped refuses what died meanwhile with its first decision, its line ${line}`,
    { timeout },
    async () => {
      await using scene = await setScene()
      const { target, server, victim, living, revoke } = scene
      const pid = server.child.pid ?? 0
      await server.watch(victim)
      await stop(pid)
      // What is held has not even reached the buffers of the system.
      if (line === 'held') await target.line.hold()
      await revoke()
      const revokedAt = Date.now()
      const decision = server.verify(victim)
      await sleep(maxStaleness + 1)
      process.kill(pid, 'SIGCONT')
      const first = await decision
      assert.ok(!first.ok)
      if (line === 'held') {
        assert.equal(first.reason, 'not_ready')
        const other = await server.verify(living)
        assert.ok(!other.ok && other.reason === 'not_ready')
        await target.line.resume()
      }
      const watched = await server.settle(living)
      assert.equal(watched.acceptedAgain, 0)
      assert.ok(watched.lastAcceptedAt <= revokedAt)
      assert.equal(await server.close(), 0)
    },
  )
}

const states: Readonly<Record<string, (scene: Scene) => Promise<void>>> = {
  follows: async () => undefined,
  'finds nobody': async ({ target, server }) => {
    await target.line.refuse()
    while ((await server.countErrors()) < 2);
  },
  'gets no answer': ({ target }) => target.line.blackHole(),
}

for (const [what, begin] of Object.entries(states)) {
  test(
    `a process lives while its verifier ${what}, and ends by itself when that is closed`,
    { timeout },
    async () => {
      await using scene = await setScene()
      await begin(scene)
      const { server } = scene
      assert.ok(!(await server.verify('garbage')).ok)
      assert.equal(server.child.exitCode, null)
      assert.equal(await server.close(), 0)
    },
  )
}
