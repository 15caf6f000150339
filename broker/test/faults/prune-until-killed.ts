// A broker in a process of its own, whose audit trail is pruned and written at the same time, until somebody kills it.
import { pruneAudit } from '../../src/domain/audit/prune-audit.ts'
import { someEvent } from '../audit-trail.ts'
import { openRetaining } from './retaining-broker.ts'

const [folder = '', now = ''] = process.argv.slice(2)
const { context } = await openRetaining(folder, Number(now))

async function append(): Promise<never> {
  for (;;) await context.store.audit.append([someEvent])
}

async function prune(): Promise<never> {
  for (;;) await pruneAudit(context)
}

process.send?.('begun')
await Promise.all([append(), prune()])
