// Who acts in the tests of audit events, and what events tell of them.
import type { AuditEvent, RegisterAppResponse } from '@agentwrit/protocol'
import { registerApp } from '../apps.ts'
import { ask, type Answer, type Shown } from '../ask.ts'
import { agentOf, delegated, signInAdmin, signInApp, type Held } from '../lineages.ts'
import type { TestBroker } from '../test-broker.ts'

export interface World {
  readonly broker: TestBroker
  readonly admin: Held
  readonly made: RegisterAppResponse
  readonly app: Held
  /** Registered by the app; it delegates to `delegate`, and that to `worker`. */
  readonly agent: Held
  readonly delegate: Held
  /** What `delegate` was handed. */
  readonly child: Held
  /** What `worker` was handed. */
  readonly grandchild: Held
  readonly worker: Held
}

/** `undefined` where there must be none. */
export type Members = { readonly [Name in keyof AuditEvent]?: AuditEvent[Name] | undefined }

export interface Case {
  readonly provoke: (world: World) => Promise<unknown>
  /** Members of the event besides type, request and source. */
  readonly members: (world: World, event: AuditEvent) => Members
  /** What the detail tells. */
  readonly detail?: (world: World) => RegExp
}

export const [denied, success] = [{ outcome: 'denied' }, { outcome: 'success' }] as const
export const anonymous = { actor: 'anonymous', agent_id: undefined } as const

/** Somebody acts as the worker: the chain tells for whom. */
export function byWorker({ grandchild, agent, delegate, worker, made }: World): Members {
  const { jti, chain_hash: hash } = grandchild.claims
  return {
    actor: worker.claims.sub,
    agent_id: worker.claims.sub,
    task_id: 'october',
    orch_id: agent.claims.orch_id ?? '',
    app_id: made.app_id,
    jti,
    original_principal: agent.claims.sub,
    intermediate_agents: [delegate.claims.sub],
    deleg_depth: 2,
    ...(hash === undefined ? {} : { deleg_chain_hash: hash }),
  }
}

export function byAdmin({ admin }: World): Members {
  return { actor: 'admin', jti: admin.claims.jti }
}

export function byApp({ app, made }: World): Members {
  return { actor: `app:${made.app_id}`, app_id: made.app_id, jti: app.claims.jti }
}

export function post({ broker }: World, path: string, shown: Shown = {}): Promise<Answer> {
  return ask(broker, 'POST', path, shown)
}

export const wider = ['write:data:*']

export async function makeWorld(broker: TestBroker): Promise<World> {
  const admin = await signInAdmin(broker)
  const made = await registerApp(broker)
  const app = await signInApp(broker, made)
  const agent = await agentOf(broker, app, 'october')
  const delegate = await agentOf(broker, app, 'november')
  const worker = await agentOf(broker, app, 'december')
  const child = await delegated(broker, agent, delegate)
  const grandchild = await delegated(broker, child, worker)
  return { broker, admin, made, app, agent, delegate, worker, child, grandchild }
}
