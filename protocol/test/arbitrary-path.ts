// Random paths of delegation, made as a broker makes them.
import * as fc from 'fast-check'
import {
  extendChain,
  formatAgentId,
  isWithin,
  maxDelegationDepth,
  type Claims,
} from '@agentwrit/protocol'
import { sha256, signers } from './vector-keys.ts'

/** An agent registers once: its app and launching session follow from its id. */
export const agents = Array.from({ length: 4 }, (_, index) => ({
  sub: formatAgentId({
    trustDomain: 'agentwrit.local',
    orchId: 'o',
    taskId: `t${index}`,
    instance: String(index).repeat(16),
  }),
  ...(index < 3 ? { app_id: `app-${index % 2}` } : {}),
  ...(index > 0 ? { lsid: tokenId('login', index % 2) } : {}),
}))

const scopes = [
  'read:data:*',
  'read:data:1',
  'read:data:ä:2',
  'write:logs:a&b',
  'write:logs:*',
  'call:*:*',
]

/** Which agent is next, what it is granted, and whether its token is renewed and narrowed before the next hop. */
const hop = fc.record({
  agent: fc.nat(agents.length - 1),
  granted: fc.nat(2 ** scopes.length - 1),
  isRenewed: fc.boolean(),
  narrowed: fc.nat(2 ** scopes.length - 1),
  signer: fc.constantFrom(...signers),
})

type Hop = typeof hop extends fc.Arbitrary<infer Value> ? Value : never

/** The tokens from the root's to the last delegate's, each delegated from the one before: `depth` hops at most. */
export function arbitraryPath(
  minDepth: number,
  depth: number = maxDelegationDepth,
): fc.Arbitrary<Claims[]> {
  return fc
    .tuple(fc.nat(agents.length - 1), fc.array(hop, { minLength: minDepth, maxLength: depth }))
    .map(([root, hops]) => makePath(root, hops))
}

function makePath(root: number, hops: readonly Hop[]): Claims[] {
  const path = [rootToken(root)]
  for (const [index, { agent, granted, isRenewed, narrowed, signer }] of hops.entries()) {
    const parent = path.at(-1) ?? rootToken(root)
    const presented = isRenewed ? renewed(parent, narrowed) : parent
    const grant = {
      delegatee: agents[agent]?.sub ?? '',
      granted_scope: subset(presented.scope, granted),
      jti: tokenId('jti', index + 1),
      sid: tokenId('sid', index + 1),
      delegated_at: new Date(1_800_000_000_000 + index).toISOString(),
    }
    const { app_id: _app, lsid: _lsid, ...inherited } = presented
    path.push({
      ...inherited,
      ...agents[agent],
      jti: grant.jti,
      sid: grant.sid,
      scope: grant.granted_scope,
      ...extendChain(presented, grant, signer),
    })
  }
  return path
}

function rootToken(root: number): Claims {
  const agent = agents[root]
  return {
    iss: '',
    sub: '',
    ...agent,
    exp: 1_800_000_300,
    nbf: 1_800_000_000,
    iat: 1_800_000_000,
    jti: tokenId('jti', 0),
    sid: tokenId('sid', 0),
    scope: ['read:data:*', 'read:data:ä:2', 'write:logs:*', 'call:*:*'],
    task_id: `t${root}`,
    orch_id: 'o',
  }
}

/** The successor of a token: another `jti` of the same session, perhaps with less scope. */
export function renewed(claims: Claims, narrowed = 0): Claims {
  return { ...claims, jti: tokenId('renewed', claims.jti), scope: subset(claims.scope, narrowed) }
}

/** Some scopes within `allowed`, chosen by the bits of `mask`; all of them for none. */
function subset(allowed: string[], mask: number): string[] {
  const chosen = scopes.filter((scope, bit) => (mask & (1 << bit)) !== 0)
  const granted = chosen.filter((scope) => isWithin([scope], allowed))
  return granted.length > 0 ? granted : allowed
}

export function tokenId(kind: string, seed: number | string): string {
  return sha256(`${kind} ${seed}`).slice(0, 32)
}
