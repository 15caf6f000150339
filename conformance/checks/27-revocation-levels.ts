import { claimsOf } from '../actors/agent.ts'
import { fromParent, makeFamily, throughChild } from '../actors/family.ts'
import type { Family, FamilyToken } from '../actors/family.ts'
import { revoke, type Revocation } from '../actors/revocation.ts'
import { isLive } from '../actors/token.ts'
import type { Check, Part } from '../suite/check.ts'
import { expect } from '../wire/expect.ts'

export const revocationLevels: Check = {
  line: 27,
  title: 'Each level kills exactly the tokens of its lineage, and count is their number',
  parts: [
    part('token', fromParent, ({ tokens }) => claimsOf(tokens["the parent's, renewed"]).jti),
    part('agent', throughChild, ({ child }) => child.id),
    part('task', fromParent, ({ parent }) => parent.claims.task_id ?? ''),
    part('chain', fromParent, ({ parent }) => parent.id),
  ],
}

function part(
  level: Revocation['level'],
  killed: readonly FamilyToken[],
  targetOf: (family: Family) => string,
): Part {
  return {
    title: `level ${level}`,
    run: async (broker) => {
      const family = await makeFamily(broker)
      const { json } = await revoke(broker, { level, target: targetOf(family) })
      for (const [name, token] of Object.entries(family.tokens)) {
        const live = await isLive(broker, token)
        const spared = !killed.some((doomed) => doomed === name)
        expect(live === spared, `level ${level}: ${name} is ${live ? 'live' : 'dead'}`)
      }
      const count = Number(json['count'])
      expect(count === killed.length, `level ${level}: count is ${count}, not ${killed.length}`)
      expect(json['revoked'] === true && typeof json['id'] === 'string', 'revoked or id is missing')
    },
  }
}
