import { matchesRevocation, type AuditEvent, type RevocationEntry } from '@agentwrit/protocol'
import type { Context } from '../../src/domain/context.ts'
import { decodeToken } from '../decode-token.ts'

/** What was kept during a race, and in which order: read from the store, without the broker's index or guards. */
export interface Verdict {
  /** The token must be dead. */
  readonly mustBeDead: (token: string) => boolean
  /** The token was issued by a change behind the one that covers it. */
  readonly isIssuedTooLate: (token: string) => boolean
}

/** `before`: all tokens from before the race; `since`: number of the last audit event then. */
export async function judge(
  { store, clock }: Context,
  { before, since }: { readonly before: readonly string[]; readonly since: number },
): Promise<Verdict> {
  const entries = await store.revocations.inForce(clock())
  const events = await store.audit.read(since + 1, 1000)
  const emergency = events.find(({ event_type: type }) => type === 'signing_key_rotated')
  const taints = emergency === undefined ? [] : [await taintsOf(store, before, emergency.seq)]
  const cuts: readonly Cut[] = [...entries.map(toCut), ...taints]
  return {
    mustBeDead(token) {
      const said = decodeToken(token)
      return cuts.some(({ covers }) => covers(said))
    },
    isIssuedTooLate(token) {
      const said = decodeToken(token)
      const issued = issuing(events, said.jti)
      return issued !== undefined && cuts.some(({ seq, covers }) => seq < issued && covers(said))
    },
  }
}

type Decoded = ReturnType<typeof decodeToken>

/** Something that ends authority: when, by the order of the audit, and whose. */
interface Cut {
  readonly seq: number
  readonly covers: (said: Decoded) => boolean
}

function toCut(entry: RevocationEntry & { readonly seq: number }): Cut {
  return { seq: entry.seq, covers: (said) => matchesRevocation(entry, said) }
}

/** A session whose token a compromised key had signed: no other key may take it over, nor what comes of it. */
async function taintsOf(
  { signingKeys }: Context['store'],
  before: readonly string[],
  seq: number,
): Promise<Cut> {
  const keys = await signingKeys.all()
  const bad = new Set(keys.filter(({ status }) => status === 'compromised').map(({ kid }) => kid))
  const tainted = new Set(
    before.map(decodeToken).flatMap(({ kid, sid }) => (bad.has(kid) && sid ? [sid] : [])),
  )
  const covers = ({ sid = '', delegation_chain: chain = [] }: Decoded) =>
    [sid, ...chain.map(({ parent_sid }) => parent_sid)].some((one) => tainted.has(one))
  return { seq, covers }
}

const issuingTypes: ReadonlySet<AuditEvent['event_type']> = new Set([
  'token_issued',
  'token_renewed',
  'delegation_created',
])

function issuing(events: readonly AuditEvent[], jti: string): number | undefined {
  return events.find((event) => event.jti === jti && issuingTypes.has(event.event_type))?.seq
}
