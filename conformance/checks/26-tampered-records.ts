import { canonicalize } from '@agentwrit/protocol'
import { makeAgent } from '../actors/agent.ts'
import { makeApp } from '../actors/app.ts'
import { delegate, expectDead, expectLive } from '../actors/token.ts'
import type { Check } from '../suite/check.ts'
import type { Broker } from '../wire/broker.ts'
import { requireSigningKey } from '../wire/require-signing-key.ts'
import { sha256 } from '../wire/sha-256.ts'
import { signClaims } from '../wire/signing-key.ts'

export const tamperedRecords: Check = {
  line: 26,
  title: 'Changing any record member makes the token invalid even if it is signed again',
  parts: [{ title: 'each member of each record', needs: ['signingKey'], run: changeEach }],
}

async function changeEach(broker: Broker): Promise<void> {
  const key = await requireSigningKey(broker)
  const app = await makeApp(broker)
  const [first, second] = [await makeAgent(broker, app), await makeAgent(broker, app)]
  const hop = await delegate(broker, first.token, second.id)
  const { claims } = await delegate(broker, hop.token, first.id)
  const chain = claims.delegation_chain ?? []
  const signAgain = (delegation_chain: object[]) => {
    const chain_hash = sha256(canonicalize(delegation_chain))
    return signClaims({ ...claims, delegation_chain, chain_hash }, key)
  }
  await expectLive(broker, { 'the chain signed again unchanged': signAgain(chain) })
  for (const [index, record] of chain.entries()) {
    for (const [name, value] of Object.entries(record)) {
      const changed = chain.with(index, { ...record, [name]: change(value) })
      await expectDead(broker, { [`a token with another ${name}`]: signAgain(changed) })
    }
    const longer = { ...record, extra: 'x' }
    await expectDead(broker, {
      'a token with one member more': signAgain(chain.with(index, longer)),
    })
  }
  await expectDead(broker, { 'a token with one record less': signAgain(chain.slice(0, -1)) })
}

/** Another value of the same form: its last letter or digit is another one. */
function change(value: unknown): unknown {
  if (Array.isArray(value)) return [...value, 'read:data:more']
  const text = String(value)
  const at = text.search(/[0-9a-z](?=[^0-9a-z]*$)/i)
  const other = text.charAt(at) === '0' ? '1' : '0'
  return text.slice(0, at) + other + text.slice(at + 1)
}
