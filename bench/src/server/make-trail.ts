import { randomBytes, randomInt } from 'node:crypto'
import { formatDetail } from '@agentwrit/protocol'
import type { NewAuditEvent } from '../../../broker/src/domain/audit/audit-event.ts'
import type { Context } from '../../../broker/src/domain/context.ts'
import { inPortions } from './in-portions.ts'

/** Somebody whom an auditor could ask about. */
export interface Life {
  readonly agent_id: string
  readonly task_id: string
  readonly app_id: string
  /** Of the first token. */
  readonly jti: string
}

/** Launched, registered, renewed five times, refused once, released. */
const eventsPerLife = 10
/** Of a change: many enough to be quick, few enough that the log is carried over in time. */
const livesPerChange = 10
/** So many lives are told: they lie far apart. */
const told = 100

/** The trail of as many agents' lives as make so many events; resolves to some of the lives. */
export async function makeTrail({ store }: Context, events: number): Promise<Life[]> {
  const lives = Math.floor(events / eventsPerLife)
  const changes = await inPortions(Math.ceil(lives / livesPerChange), async () => {
    const made = Array.from({ length: livesPerChange }, drawLife)
    await store.audit.append(made.flatMap(tellLife))
    return made.slice(0, 1)
  })
  const step = Math.ceil(changes.length / told)
  return changes.filter((_, place) => place % step === 0).flat()
}

/** Ten apps, a thousand tasks, each as often as any other. */
function drawLife(): Life {
  const number = randomInt(1000)
  const task = `task-${number}`
  const instance = randomBytes(8).toString('hex')
  return {
    agent_id: `spiffe://agentwrit.local/agent/bench/${task}/${instance}`,
    task_id: task,
    app_id: `app-bench-00000${number % 10}`,
    jti: newJti(),
  }
}

/** With the relations that the broker writes. */
function tellLife({ agent_id, task_id, app_id, jti: first }: Life): NewAuditEvent[] {
  const launchToken = randomBytes(8).toString('hex')
  const common = { agent_id, task_id, app_id, orch_id: 'bench', source_ip: '192.0.2.7' }
  const own = { ...common, actor: agent_id, outcome: 'success' } as const
  const relates_to = `launch:${launchToken}`
  const tokens = Array.from({ length: 6 }, (_, place) => (place === 0 ? first : newJti()))
  const last = tokens.at(-1) ?? first
  const events: NewAuditEvent[] = [
    {
      event_type: 'launch_token_issued',
      actor: `app:${app_id}`,
      app_id,
      outcome: 'success',
      jti: newJti(),
      detail: formatDetail('launch token issued', { agent: 'worker', launch_token: launchToken }),
      relates_to,
    },
    {
      ...own,
      event_type: 'agent_registered',
      detail: formatDetail('agent registered', { agent: 'worker', launch_token: launchToken }),
    },
    {
      ...own,
      event_type: 'token_issued',
      jti: first,
      detail: formatDetail('token issued', { jti: first, ttl: 300 }),
      relates_to,
    },
    ...tokens.slice(1).map((jti, place): NewAuditEvent => {
      const old = tokens[place] ?? first
      const detail = formatDetail('token renewed', { old_jti: old, ttl: 300 })
      return { ...own, event_type: 'token_renewed', jti, detail, relates_to: old }
    }),
    {
      ...own,
      event_type: 'scope_violation',
      outcome: 'denied',
      jti: last,
      resource: '/v1/audit/events',
      detail: formatDetail('scope refused', { required: 'admin:audit:*', actual: 'read:data:*' }),
    },
    {
      ...own,
      event_type: 'token_released',
      jti: last,
      detail: formatDetail('token released', { jti: last }),
    },
  ]
  return events.map((event) => ({ ...event, request_id: randomBytes(8).toString('hex') }))
}

function newJti(): string {
  return randomBytes(16).toString('hex')
}
