import type { Broker } from '../wire/broker.ts'
import { makeAgent, type Agent } from './agent.ts'
import { makeApp } from './app.ts'
import { delegate, renew } from './token.ts'

/** Agents of one app, and the tokens that they handed to one another. */
export interface Family {
  readonly parent: Agent
  readonly child: Agent
  readonly grandchild: Agent
  /** All live tokens, by what they are. */
  readonly tokens: Readonly<Record<FamilyToken, string>>
}

export type FamilyToken =
  | "the parent's, renewed"
  | "the child's from the parent, renewed"
  | "the grandchild's from the child's"
  | "the child's own"
  | "the grandchild's own"
  | "the grandchild's from the child's own"
  | "the parent's from the grandchild"
  | "a stranger's"

export async function makeFamily(broker: Broker): Promise<Family> {
  const app = await makeApp(broker)
  const parent = await makeAgent(broker, app)
  const child = await makeAgent(broker, app)
  const grandchild = await makeAgent(broker, app)
  const renewed = await renew(broker, parent.token)
  const given = await delegate(broker, renewed, child.id, { ttl: 250 })
  const givenRenewed = await renew(broker, given.token)
  const handOn = async (token: string, to: Agent) => (await delegate(broker, token, to.id)).token
  const tokens = {
    "the parent's, renewed": renewed,
    "the child's from the parent, renewed": givenRenewed,
    "the grandchild's from the child's": await handOn(givenRenewed, grandchild),
    "the child's own": child.token,
    "the grandchild's own": grandchild.token,
    "the grandchild's from the child's own": await handOn(child.token, grandchild),
    "the parent's from the grandchild": await handOn(grandchild.token, parent),
    "a stranger's": (await makeAgent(broker, app)).token,
  }
  return { parent, child, grandchild, tokens }
}

export const fromParent: readonly FamilyToken[] = [
  "the parent's, renewed",
  "the child's from the parent, renewed",
  "the grandchild's from the child's",
]

export const throughChild: readonly FamilyToken[] = [
  "the child's from the parent, renewed",
  "the grandchild's from the child's",
  "the child's own",
  "the grandchild's from the child's own",
]
