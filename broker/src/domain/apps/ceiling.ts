// The ceiling of an app bounds whatever is done in its name (law 1): launch token, registration, renewal, delegation.
// It is read here and nowhere else, and always the current one. What is "not wider than" the protocol decides.
import { findUncovered } from '@agentwrit/protocol'
import type { Context } from '../context.ts'
import { Fault } from '../fault.ts'
import type { ActingApp } from './acting-app.ts'
import { isActive, type App } from './app.ts'

/** The app as it is now, if it may act at all: an inactive one is as good as unknown. */
export async function findActingApp({ store }: Context, appId: string): Promise<App | undefined> {
  const app = await store.apps.find(appId)
  return app !== undefined && isActive(app) ? app : undefined
}

/** The scopes that the app's ceiling does not cover, in the order given. */
export function beyondCeiling(app: App, scopes: readonly string[]): string[] {
  return findUncovered(scopes, app.scopes)
}

/** What a change that rests on this ceiling guards: nobody has changed or deregistered the app since it was read. */
export function asRead({ appId, version }: App): ActingApp {
  return { appId, version }
}

/** An operator changed the app before the change could be kept, and not to its harm: nothing happened, retry. */
export function appChanged(cause?: unknown): Fault {
  return new Fault('service_unavailable', 'the app has just been changed', { retryAfter: 1, cause })
}
