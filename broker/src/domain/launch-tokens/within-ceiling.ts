import { formatDetail } from '@agentwrit/protocol'
import type { ActingApp } from '../apps/acting-app.ts'
import type { App } from '../apps/app.ts'
import { asRead, beyondCeiling, findActingApp } from '../apps/ceiling.ts'
import { listParts } from '../audit/list-parts.ts'
import { refusalOfBearer } from '../audit/refusal-of-bearer.ts'
import type { Context } from '../context.ts'
import { Fault } from '../fault.ts'
import type { Caller } from '../identity/caller.ts'
import { deadTokenFault } from '../tokens/dead-token.ts'

/** An app hands on nothing that its current ceiling does not cover; an operator has no ceiling (contract 4.10). */
export async function requireWithinCeiling(
  context: Context,
  caller: Caller,
  scopes: readonly string[],
): Promise<ActingApp | undefined> {
  const { kind, claims, origin } = caller
  if (kind !== 'app') return undefined
  const app = await findActingApp(context, claims.app_id ?? '')
  if (app === undefined) throw deadTokenFault(claims, 'revoked', origin)
  const refused = beyondCeiling(app, scopes)
  if (refused.length > 0) throw beyond(caller, app, { scopes, refused })
  return asRead(app)
}

interface Asked {
  readonly scopes: readonly string[]
  readonly refused: readonly string[]
}

/** Scopes that an answer names; more of them help nobody. */
const MOST_NAMED = 10

function beyond({ claims }: Caller, app: App, { scopes, refused }: Asked): Fault {
  const named = refused.slice(0, MOST_NAMED).join(', ')
  const others = refused.length > MOST_NAMED ? ` and ${refused.length - MOST_NAMED} more` : ''
  const parts = { ...listParts('requested', scopes), ...listParts('ceiling', app.scopes) }
  const detail = formatDetail('launch token refused', parts)
  return new Fault('forbidden', `the ceiling of the app does not cover ${named}${others}`, {
    refusal: refusalOfBearer(claims, { event_type: 'scope_ceiling_exceeded', detail }),
  })
}
