import { liveTokens, pick, tasks } from './choose.ts'
import type { Instruction } from './instruction.ts'
import type { Operation, Revoke } from './operation.ts'
import type { World } from './world.ts'

/** By the admin, by an app, or by anybody; of anything that was ever there, now and then of nothing. */
export function planRevocation(world: World, instruction: Instruction): Operation | undefined {
  const { who, whom, what } = instruction
  const bearer = chooseRevoker(world, who)
  const level = levels[what % levels.length]
  if (bearer === undefined || level === undefined) return undefined
  const target = whom % 20 === 19 ? 'nobody' : chooseTarget(world, level, Math.floor(whom / 20))
  return target === undefined ? undefined : { ask: 'revoke', bearer, level, target }
}

const levels: readonly Revoke['level'][] = ['token', 'agent', 'task', 'chain', 'token', 'agent']

function chooseRevoker(world: World, number: number): string | undefined {
  const [admins, apps] = [liveTokens(world, 'admin'), liveTokens(world, 'app')]
  const candidates = number % 10 < 6 ? admins : number % 10 < 9 ? apps : world.tokens
  return pick(candidates, Math.floor(number / 10))?.name
}

function chooseTarget(world: World, level: Revoke['level'], number: number): string | undefined {
  const agents = world.agents.map(({ name }) => name)
  const principals = ['admin', ...world.apps.map(({ name }) => `app:${name}`)]
  const all = world.tokens.map(({ name }) => name)
  const ofAgents = world.tokens.filter(({ session }) => session.task !== undefined)
  const candidates = {
    token: number % 4 < 3 ? ofAgents.map(({ name }) => name) : all,
    agent: number % 12 < 10 ? agents : principals,
    task: tasks,
    chain: number % 12 < 11 ? agents : principals,
  }
  return pick(candidates[level], Math.floor(number / 12))
}
