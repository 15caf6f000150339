import type { AuditEvent } from '@agentwrit/protocol'
import type { Store } from '../store.ts'
import type { Numbered } from './feed.ts'

/** An audit event as it goes out, made once for all who follow. */
export interface EventItem extends Numbered {
  readonly event: AuditEvent
  readonly data: string
}

export function readEvents({ audit }: Pick<Store, 'audit'>) {
  return async (seq: number, limit: number): Promise<EventItem[]> =>
    (await audit.follow(seq, limit)).map(toItem)
}

export function toItem(event: AuditEvent): EventItem {
  return { seq: event.seq, event, data: JSON.stringify(event) }
}
