import type {
  RefusalReason,
  VerifiedToken,
  Verification,
  Verifier,
} from '../verifier/verification.ts'
import type { Presented } from './bearer.ts'
import type { ReadScopes } from './scope-of.ts'

export type Refused = Extract<Verification, { readonly ok: false }>

export type Admission =
  | { readonly ok: true; readonly auth: VerifiedToken; readonly token: string }
  | Refused

/** Never rejects: whatever goes wrong on the way is a refusal. */
export type Gate<Asked> = (presented: Presented, asked: Asked) => Promise<Admission>

/**
 * The one decision behind every adapter. The verifier is asked last, so that nothing is awaited between its answer and the
 * caller. Without `readScopes` any live token will do.
 */
export function toGate<Asked>(verifier: Verifier, readScopes?: ReadScopes<Asked>): Gate<Asked> {
  return async (presented, asked) => {
    if ('reason' in presented) return refuse(presented.reason)
    const { token } = presented
    const scope = readScopes && attempt(() => readScopes(asked))
    const isNamed = readScopes === undefined || scope !== undefined
    try {
      const result = await verifier.verify(token, scope && { scope })
      if (!result.ok) return result
      return isNamed ? { ok: true, auth: result.auth, token } : refuse('insufficient_scope')
    } catch {
      return refuse('not_ready')
    }
  }
}

/** Scopes that cannot be named are nobody's; but a dead token is told first that it is dead. */
function attempt(nameScopes: () => readonly string[]): readonly string[] | undefined {
  try {
    return nameScopes()
  } catch {
    return undefined
  }
}

function refuse(reason: RefusalReason): Refused {
  return { ok: false, reason, required: [], held: [] }
}
