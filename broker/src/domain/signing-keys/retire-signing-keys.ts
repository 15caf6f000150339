import { formatDetail } from '@agentwrit/protocol'
import type { NewAuditEvent } from '../audit/audit-event.ts'
import type { Context } from '../context.ts'
import { longestLife } from '../tokens/longest-life.ts'
import type { SigningKey } from './signing-key.ts'

/** Retires the keys on which nothing alive rests any more, and follows what other brokers did to theirs. */
export async function retireSigningKeys(context: Context): Promise<void> {
  const { store, live } = context
  for (const row of await store.signingKeys.all()) {
    if (row.status === 'retiring' && (await isDue(context, row))) await retire(context, row)
  }
  await live.signingKeys.reread()
}

/** Nothing new can come to rest on a retiring key, so what is read here stays true. */
async function isDue({ store, clock }: Context, row: SigningKey): Promise<boolean> {
  const { kid, importedAt, retiresAt = Infinity } = row
  const at = clock()
  if (retiresAt <= at) return true
  // Tokens of a 2.0 broker have no session that would tell.
  if (importedAt !== undefined && at < importedAt + longestLife * 1000) return false
  return !(await store.signingKeys.isInUse(kid, at))
}

async function retire({ store, keys, clock }: Context, before: SigningKey): Promise<void> {
  const after = keys.reseal(before, { status: 'retired', retiredAt: clock() })
  // If another broker was first, or an operator has compromised the key, that stands.
  await store.signingKeys.retire({ before, after }, [retired(before)])
}

function retired({ kid }: SigningKey): NewAuditEvent {
  return {
    event_type: 'signing_key_rotated',
    actor: 'system',
    outcome: 'success',
    detail: formatDetail('signing key retired', { kid }),
  }
}
