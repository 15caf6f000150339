import { auditEventTypes, type RevocationLevel, revocationLevels } from '@agentwrit/protocol'
import { Counter, Gauge, Histogram, Registry } from 'prom-client'
import type { NewAuditEvent } from '../../domain/audit/audit-event.ts'
import { freshWithin } from './fresh.ts'
import { tokenKindOf, tokenKinds } from '../../domain/tokens/token-kind.ts'

/**
 * What is counted (contract section 8). Tokens and events are counted from what the store has committed, so nothing
 * that failed is counted. No label carries text of a client.
 */
export class Metrics {
  readonly #registry = new Registry()
  readonly #own: ReturnType<typeof makeMetrics>

  /**
   * `activeAgents` is read when the metrics are; one reading serves all who ask meanwhile. `storeOperations`: all that
   * `storeFailed` can be told.
   */
  constructor(activeAgents: () => Promise<number>, storeOperations: readonly string[]) {
    this.#own = makeMetrics(this.#registry, storeOperations)
    const read = freshWithin(0, Date.now, activeAgents)
    const gauge = new Gauge({
      name: 'agentwrit_active_agents',
      help: 'Agents with a live registration token, in the whole deployment',
      registers: [this.#registry],
      async collect() {
        // Metrics are wanted most when the store is in trouble: then the last number stays.
        const count = await read().catch(() => undefined)
        if (count !== undefined) gauge.set(count)
      },
    })
  }

  /** The store has committed these events. */
  eventsCommitted(events: readonly NewAuditEvent[]): void {
    for (const event of events) {
      this.#own.auditEvents.inc({ event_type: event.event_type })
      const kind = tokenKindOf(event)
      if (kind !== undefined) this.#own.tokensIssued.inc({ kind })
    }
  }

  /** Live tokens died by an entry of this level, or by a release. */
  tokensKilled(level: RevocationLevel | 'release', count: number): void {
    this.#own.tokensRevoked.inc({ level }, count)
  }

  /** One write of the audit log took so long. */
  writeDuration(seconds: number): void {
    this.#own.auditWrites.observe(seconds)
  }

  /** A store operation failed; `operation` comes from a fixed list. */
  storeFailed(operation: string): void {
    this.#own.storeErrors.inc({ operation })
  }

  /** At start: events found in the log. */
  eventsLoaded(count: number): void {
    this.#own.eventsLoaded.set(count)
  }

  /** A token was refused because its `nbf` lies ahead of our clock. */
  clockSkew(): void {
    this.#own.clockSkew.inc()
  }

  /** A well-signed token named no known session. */
  unknownSession(): void {
    this.#own.unknownSession.inc()
  }

  /** A request has been answered; `endpoint` is a route template. */
  answered(endpoint: string, status: number, seconds: number): void {
    const statusClass = `${Math.trunc(status / 100)}xx`
    this.#own.durations.observe({ endpoint, status_class: statusClass }, seconds)
    const outcome = { status: status < 300 ? 'success' : 'failure' }
    if (endpoint === '/v1/register') this.#own.registrations.inc(outcome)
    if (endpoint === '/v1/admin/auth') this.#own.adminAuth.inc(outcome)
    if (status === 201 && endpoint.endsWith('/launch-tokens')) this.#own.launchTokens.inc()
  }

  /** Prometheus text format 0.0.4. */
  text(): Promise<string> {
    return this.#registry.metrics()
  }
}

const outcomes = ['success', 'failure']
const revoked = [...revocationLevels, 'release']

function makeMetrics(registry: Registry, storeOperations: readonly string[]) {
  const registers = [registry]
  /** Each value its label can have is there from the start, at 0: else nobody sees the first event as an increase. */
  const counter = (name: string, help: string, label?: string, values: readonly string[] = []) => {
    const labelNames = label === undefined ? [] : [label]
    const made = new Counter<string>({ name: `agentwrit_${name}`, help, labelNames, registers })
    for (const value of values) made.labels(value).inc(0)
    return made
  }
  return {
    tokensIssued: counter('tokens_issued_total', 'Tokens issued, renewals too', 'kind', tokenKinds),
    tokensRevoked: counter('tokens_revoked_total', 'Live tokens killed', 'level', revoked),
    registrations: counter('registrations_total', 'Registrations of agents', 'status', outcomes),
    adminAuth: counter('admin_auth_total', 'Sign-ins of operators', 'status', outcomes),
    launchTokens: counter('launch_tokens_created_total', 'Launch tokens created'),
    clockSkew: counter('clock_skew_total', 'Tokens refused because they begin in the future'),
    unknownSession: counter('unknown_session_total', 'Well-signed tokens of no known session'),
    auditEvents: counter(
      'audit_events_total',
      'Audit events written',
      'event_type',
      auditEventTypes,
    ),
    storeErrors: counter(
      'db_errors_total',
      'Failed store operations',
      'operation',
      storeOperations,
    ),
    eventsLoaded: new Gauge({
      name: 'agentwrit_audit_events_loaded',
      help: 'Audit events found in the log at start',
      registers,
    }),
    auditWrites: new Histogram({
      name: 'agentwrit_audit_write_duration_seconds',
      help: 'Duration of each audit write',
      buckets: [0.001, 0.005, 0.01, 0.025, 0.05, 0.1],
      registers,
    }),
    durations: new Histogram({
      name: 'agentwrit_request_duration_seconds',
      help: 'Duration of each request but open streams',
      labelNames: ['endpoint', 'status_class'],
      registers,
    }),
  }
}
