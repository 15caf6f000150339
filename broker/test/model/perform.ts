import { done, type Answer } from './answer.ts'
import { changeApp, deregisterApp, registerApp } from './apps.ts'
import { delegate } from './delegate.ts'
import { createLaunchToken, register } from './launch.ts'
import type { Asks, Operation } from './operation.ts'
import { release, renew } from './renew.ts'
import { lift, revoke, rotateKey } from './revoke.ts'
import { signInAdmin, signInApp } from './sign-in.ts'
import type { World } from './world.ts'

/** The operation happens in the model, which says what a broker has to answer. */
export function perform(world: World, operation: Operation): Answer {
  // Each verb gets the operation of its own name.
  const verb = verbs[operation.ask] as (world: World, operation: Operation) => Answer
  return verb(world, operation)
}

const verbs: { readonly [Ask in keyof Asks]: (world: World, operation: Asks[Ask]) => Answer } = {
  'register app': registerApp,
  'sign in admin': signInAdmin,
  'sign in app': signInApp,
  'change app': changeApp,
  'deregister app': deregisterApp,
  'create launch token': createLaunchToken,
  register,
  renew,
  delegate,
  release,
  revoke,
  lift,
  'rotate key': rotateKey,
  wait(world, { milliseconds }) {
    world.now += milliseconds
    return done
  },
  restart: () => done,
}
