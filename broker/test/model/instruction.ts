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

const verb: Arbitrary<Verb> = oneof(
  ...Object.entries(weights).map(([name, weight]) => ({
    weight,
    arbitrary: constant(name as Verb),
  })),
)
const number = nat(9999)

const instruction: Arbitrary<Instruction> = record({
  verb,
  who: number,
  whom: number,
  what: number,
})

export const anyTree: Arbitrary<Tree> = record({
  apps: array(record({ ceiling: number, delegatesTo: number }), {
    minLength: 1,
    maxLength: 3,
    size: 'max',
  }),
  instructions: array(instruction, { maxLength: 60, size: 'max' }),
})
