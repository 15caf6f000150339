import type { AuditKey, AuditKeyList } from '@agentwrit/protocol'
import type { Context } from '../context.ts'
import { toWholeSeconds } from '../whole-seconds.ts'
import { toPublishedKey } from './published-key.ts'
import type { SigningKey } from './signing-key.ts'

/** Every key that ever signed, newest first (contract 4.28): with them old exports of the audit log still verify. */
export async function listSigningKeys({ store }: Context): Promise<AuditKeyList> {
  const rows = await store.signingKeys.all()
  return { keys: rows.toReversed().map(toAuditKey) }
}

function toAuditKey(row: SigningKey): AuditKey {
  const { status, createdAt, retiredAt } = row
  return {
    ...toPublishedKey(row),
    status,
    created_at: toWholeSeconds(createdAt),
    ...(retiredAt === undefined ? {} : { retired_at: toWholeSeconds(retiredAt) }),
  }
}
