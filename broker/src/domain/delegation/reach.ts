// Whom an agent may delegate to (contract 4.6): agents of its own app, and of those apps that its app names. Agents that
// operators have launched count as those of one app of their own, which has no ceiling and names nobody.
import type { App } from '../apps/app.ts'

/** Names every app in `delegates_to`. */
const ANY = '*'

/** Whether agents of an app (or, without one, of the operators) reach those of another. */
export function isWithinReach(from: App | undefined, toAppId: string | undefined): boolean {
  if (from?.appId === toAppId) return true
  if (from === undefined) return false
  if (from.delegatesTo.includes(ANY)) return true
  return toAppId !== undefined && from.delegatesTo.includes(toAppId)
}
