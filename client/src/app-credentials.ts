import type { AppCredentials } from './app.ts'
import { toBroker } from './broker.ts'
import type { Broker } from './broker.ts'
import { isBrowser, readEnvironment } from './runtime.ts'

/** All that it takes to sign in. */
export interface Credentials {
  readonly broker: Broker
  readonly clientId: string
  readonly clientSecret: string
}

/** What was given, and for the rest what the environment holds. Throws a TypeError for what neither has. */
export function requireCredentials(given: AppCredentials): Credentials {
  if (isBrowser() && given.dangerouslyAllowBrowser !== true)
    throw new TypeError(
      'everybody who opens a page can read a client secret in it: sign in on a server, or set dangerouslyAllowBrowser: true',
    )
  return {
    broker: toBroker(given.broker ?? requireVariable('AGENTWRIT_BROKER_URL', 'broker', urlHint)),
    clientId: given.clientId ?? requireVariable('AGENTWRIT_CLIENT_ID', 'clientId', clientIdHint),
    clientSecret:
      given.clientSecret ??
      requireVariable('AGENTWRIT_CLIENT_SECRET', 'clientSecret', clientSecretHint),
  }
}

const urlHint = 'a URL such as http://127.0.0.1:8080'
const clientIdHint = 'the client_id that registerApp gave'
const clientSecretHint = 'the client_secret that registerApp gave'

function requireVariable(name: string, member: string, hint: string): string {
  const value = readEnvironment(name)
  if (value !== undefined) return value
  throw new TypeError(`${member} is missing: pass it, or set ${name} to ${hint}`)
}
