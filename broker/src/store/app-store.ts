import type { AppStore } from '../domain/apps/app.ts'
import { changeApp } from './changes/change-app.ts'
import { deregisterApp } from './changes/deregister-app.ts'
import { registerApp } from './changes/register-app.ts'
import { rotateAppSecret } from './changes/rotate-app-secret.ts'
import { signInApp } from './changes/sign-in-app.ts'
import { withEnded } from './ended.ts'
import { findApp, findAppByClientId } from './reads/find-app.ts'
import type { StoreAccess } from './store-access.ts'

/** The port of apps, for any engine. */
export function createAppStore({ committer, source, find, scan }: StoreAccess): AppStore {
  return {
    register: (app, presented, events) => committer.commit(registerApp(app, presented, events)),
    change: (app, presented, events) => committer.commit(changeApp(app, presented, events)),
    deregister: (entry, presented, events) =>
      committer.commit(deregisterApp(entry, presented, events)),
    rotateSecret: async (swap, presented, events) =>
      withEnded(await committer.commitAndTell(rotateAppSecret(swap, presented, events))),
    signIn: (login, events) => committer.commit(signInApp(login, events)),
    find: (appId) => find(findApp(source, appId)),
    findByClientId: (clientId) => find(findAppByClientId(source, clientId)),
    list: (page) => scan('apps', { page }),
    count: () => scan('countApps', undefined),
  }
}
