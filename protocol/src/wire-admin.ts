/** The JSON for whoever runs brokers, as it goes over the wire (contract 4.31). Types only; times are RFC 3339 in UTC. */
import type { AuditEventType } from './audit-event.ts'
import type { RevocationLevel } from './revocation-target.ts'

/** The answer of GET /v1/admin/stats: each list has a number for each of the last 1,440 minutes, the one under way last. */
export interface StatsResponse {
  /** When the first minute began. */
  readonly from: string
  /** Tokens, renewals too. */
  readonly issued: { readonly [Kind in 'admin' | 'app' | 'agent' | 'delegated']: number[] }
  /** Live tokens that died by an entry of this level, or by a release. */
  readonly killed: { readonly [Level in RevocationLevel | 'release']: number[] }
  /** Refusals, by the type of their audit event; types of which there was none are left out. */
  readonly refused: { readonly [Type in AuditEventType]?: number[] }
  /** Agents with a live registration token; null for a minute in which nobody counted them. */
  readonly live_agents: (number | null)[]
  /** False while the broker has not counted all that is in its log, as after a start: the newest events are missing. */
  readonly complete: boolean
}

/** A setting of the broker that answers. */
export interface SettingInfo {
  readonly variable: string
  readonly meaning: string
  /** Absent where the program that embeds the broker did not say. */
  readonly source?: 'default' | 'environment' | 'file'
  /** Of a secret setting only `set` and `unset` are told. */
  readonly secret: boolean
  /** As it would be written in the variable; absent when there is none. */
  readonly value?: string
  readonly default?: string
}

/** The answer of GET /v1/admin/config. */
export interface ConfigResponse {
  readonly settings: SettingInfo[]
}

/** A broker of the deployment. */
export interface BrokerInfo {
  /** Random, another one after every start. */
  readonly id: string
  readonly version: string
  readonly started_at: string
  readonly last_seen_at: string
  readonly epoch: string
  /** Number of the last change (contract 4.19) that its revocation index holds. */
  readonly applied_seq: number
  /** Seconds, with up to three decimals: it knows of every change committed earlier (contract 2.4). */
  readonly index_age: number
}

/** The answer of GET /v1/admin/brokers: on SQLite one, the broker that answers. */
export interface BrokerList {
  readonly brokers: BrokerInfo[]
}
