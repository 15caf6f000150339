import { array, constant, nat, oneof, record, type Arbitrary } from 'fast-check'

/** One random step, before it is known what it can mean: the numbers choose among what there is. */
export interface Instruction {
  readonly verb: Verb
  /** Who asks. */
  readonly who: number
  /** For what or whom. */
  readonly whom: number
  /** With which scope, lifetime or level. */
  readonly what: number
}

export type Verb =
  | 'delegate'
  | 'renew'
  | 'register'
  | 'create launch token'
  | 'wait'
  | 'revoke'
  | 'release'
  | 'lift'
  | 'change app'
  | 'deregister app'
  | 'rotate key'
  | 'sign in app'
  | 'sign in admin'
  | 'restart'

/** A tree: what its apps may do at first, and what happens to it. */
export interface Tree {
  readonly apps: readonly AppPlan[]
  readonly instructions: readonly Instruction[]
}

export interface AppPlan {
  readonly ceiling: number
  readonly delegatesTo: number
}

const weights: Readonly<Record<Verb, number>> = {
  delegate: 400,
  renew: 160,
  register: 90,
  'create launch token': 50,
  wait: 130,
  revoke: 100,
  release: 40,
  lift: 40,
  'change app': 60,
  'deregister app': 8,
  'rotate key': 30,
  'sign in app': 20,
  'sign in admin': 15,
  restart: 3,
}

const number = nat(9999)

/** `without`: what never happens to it. */
export function anyTree(without: readonly Verb[] = []): Arbitrary<Tree> {
  const verbs = (Object.keys(weights) as Verb[]).filter((verb) => !without.includes(verb))
  const verb = oneof(...verbs.map((name) => ({ weight: weights[name], arbitrary: constant(name) })))
  const instruction = record({ verb, who: number, whom: number, what: number })
  const app = record({ ceiling: number, delegatesTo: number })
  return record({
    apps: array(app, { minLength: 1, maxLength: 3, size: 'max' }),
    instructions: array(instruction, { maxLength: 60, size: 'max' }),
  })
}
