import { done, refuse, type Answer } from './answer.ts'
import { adminRoute, findFlaw } from './bearer.ts'
import type { ChangeApp, DeregisterApp, RegisterApp } from './operation.ts'
import { isReserved } from './scopes.ts'
import { addEntry, findApp, findToken, nextName, type App, type World } from './world.ts'

/** Contract 4.11. */
export function registerApp(world: World, { bearer, ceiling }: RegisterApp): Answer {
  const flaw = findFlaw(world, findToken(world, bearer), adminRoute.launch)
  if (flaw !== undefined) return flaw
  if (ceiling.some(isReserved)) return refuse('invalid_request')
  const app: App = {
    name: nextName('app', world.apps),
    ceiling,
    delegatesTo: [],
    isActive: true,
  }
  world.apps.push(app)
  return { app }
}

/** Contract 4.12: what it no longer covers is refused from the next use on; live tokens stay. */
export function changeApp(world: World, asked: ChangeApp): Answer {
  const { bearer, ceiling, delegatesTo } = asked
  const flaw = findFlaw(world, findToken(world, bearer), adminRoute.launch)
  if (flaw !== undefined) return flaw
  if (ceiling?.some(isReserved) === true) return refuse('invalid_request')
  const app = findApp(world, asked.app)
  app.ceiling = ceiling ?? app.ceiling
  app.delegatesTo = delegatesTo ?? app.delegatesTo
  return done
}

/** Contract 4.12: final, and repeating it is no error. */
export function deregisterApp(world: World, asked: DeregisterApp): Answer {
  const flaw = findFlaw(world, findToken(world, asked.bearer), adminRoute.launch)
  if (flaw !== undefined) return flaw
  const app = findApp(world, asked.app)
  if (!app.isActive) return done
  app.isActive = false
  addEntry(world, { level: 'app', target: app.name })
  return done
}
