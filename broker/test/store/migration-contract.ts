import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { keystoreKey } from '../../src/crypto/derived-keys.ts'
import { makeFirstSigningKey, openSigningKey } from '../../src/crypto/sealed-key.ts'
import { migrations } from '../../src/store/migrations.ts'
import { RowMac } from '../../src/store/row-mac.ts'
import { insertInto, storedValues } from '../../src/store/sql.ts'
import type { Row, TableDescription } from '../../src/store/table.ts'
import { head, toHeadRow, newHead } from '../../src/store/tables/head.ts'
import { sessions, toSessionRow } from '../../src/store/tables/sessions.ts'
import { signingKeys, toSigningKeyRow } from '../../src/store/tables/signing-keys.ts'
import { tokens } from '../../src/store/tables/tokens.ts'
import { noon, presentedBy, sampleSession, sampleSwap } from './sample-records.ts'
import { macKey, TestStore, type StoreKind, type StorePlace } from './store-place.ts'

const seedFile = new Uint8Array(32).fill(9)
const key = makeFirstSigningKey({ seedFile, imported: false, at: noon })
const session = sampleSession({
  currentHash: '',
  kid: key.kid,
  kind: 'agent',
  sub: 'spiffe://a/agent/o/t/0',
})

const { kid } = key
const own = { kid, presented: presentedBy(session, { kids: [kid] }) }

/** A store that was made before there was delegation goes on as it was. */
export function migrationContract(kind: StoreKind): void {
  describe('migration', () => {
    test('a session and a signing key of the third schema live on in this one', async () => {
      await using place = await TestStore.open(kind, makeThirdSchema)
      const { signingKeys: keys, sessions: kept } = place.store
      assert.deepEqual(await keys.all(), [key])
      const [found] = await keys.all()
      assert.ok(found && openSigningKey(found, keystoreKey(seedFile)))
      assert.deepEqual(await kept.find(session.sid), session)
      const swap = sampleSwap(session, own)
      assert.equal((await kept.renew(swap, [])).kept, true)
      assert.equal((await kept.find(session.sid))?.currentJti, swap.newJti)
      assert.equal((await place.store.head()).highestExp, swap.newExp)
      const after = { ...key, status: 'retired', sealed: '', retiredAt: noon } as const
      assert.equal((await keys.retire({ before: key, after }, [])).kept, true)
      await place.reopen()
      assert.deepEqual(await place.store.signingKeys.all(), [after])
    })

    test('an entry of the third schema is in force in this one', async () => {
      await using place = await TestStore.open(kind, async (old) => {
        await makeThirdSchema(old)
        await old.sql.run(
          `insert into revocations (id, level, target, sid, released, actor, revoked_at, keep_until)
           values ('old', 'token', ?, ?, 0, 'admin', ?, ?)`,
          [session.currentJti, session.sid, noon, session.currentExp],
        )
      })
      const [entry] = await place.store.revocations.inForce(noon)
      assert.partialDeepStrictEqual(entry, { id: 'old', sid: session.sid, seq: 0 })
      const outcome = await place.store.sessions.renew(sampleSwap(session, own), [])
      assert.deepEqual(outcome, { kept: false, guard: 'session_over' })
    })
  })
}

/** As the code before wrote it: schema, head, key, one session and its token. */
async function makeThirdSchema({ sql }: StorePlace): Promise<void> {
  const mac = new RowMac(macKey)
  const insert = async (table: TableDescription, row: Row, later: readonly string[] = []) => {
    const columns = Object.entries(table.columns).filter(([name]) => !later.includes(name))
    const old = { ...table, columns: Object.fromEntries(columns) }
    const kept = Object.fromEntries(columns.map(([name]) => [name, row[name] ?? null]))
    await sql.run(insertInto(old), storedValues(old, mac.seal(old, kept)))
  }
  await sql.run(
    `create table meta (
      id bigint primary key, version bigint not null, oldest_code bigint not null, fingerprint text not null)`,
  )
  await sql.run(`insert into meta values (1, 3, 3, 'fingerprint')`)
  for (const { statements } of migrations.slice(0, 3)) {
    for (const statement of statements) await sql.run(statement)
  }
  const { sid, currentJti: jti, currentExp: exp } = session
  const oldHead = { ...newHead('0123456789abcdef'), highestExp: exp }
  await insert(head, toHeadRow(oldHead), ['stream_seq', 'pruned_seq', 'pruned_hash'])
  await insert(signingKeys, toSigningKeyRow(key), ['retires_at', 'retired_at'])
  const later = ['kid', 'current_hash', 'parent_sid', 'chain_hash', 'depth']
  await insert(sessions, toSessionRow(session, key.kid), later)
  await insert(tokens, { jti, sid, exp, kid: key.kid }, ['hash'])
}
