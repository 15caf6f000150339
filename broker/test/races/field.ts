import type { Verbs } from './ask-verbs.ts'

/** What a round races over: a chain root -> middle -> last, each agent of another app, all in one task. */
export interface Field {
  readonly operator: string
  readonly taskId: string
  readonly root: Runner
  readonly middle: Runner
  readonly last: Runner
  /** What the middle holds from the root, and the last from the middle. */
  readonly second: string
  readonly third: string
}

export interface Runner {
  readonly appId: string
  readonly appToken: string
  /** Of another login, which does not race. */
  readonly control: string
  readonly launchToken: string
  readonly agentId: string
  readonly token: string
}

export async function layOut(verbs: Verbs, round: number): Promise<Field> {
  const operator = await verbs.signIn()
  const taskId = `race-${round}`
  const [root, middle, last] = await Promise.all([
    enter(verbs, operator, taskId),
    enter(verbs, operator, taskId),
    enter(verbs, operator, taskId),
  ])
  const second = await verbs.delegate(root.token, middle.agentId)
  const third = await verbs.delegate(second, last.agentId)
  return { operator, taskId, root, middle, last, second, third }
}

async function enter(verbs: Verbs, operator: string, taskId: string): Promise<Runner> {
  const app = await verbs.registerApp(operator)
  const appToken = await verbs.signInApp(app)
  const launchToken = await verbs.launch(appToken, taskId)
  const [{ agent_id: agentId, access_token: token }, control] = await Promise.all([
    verbs.register(launchToken, taskId),
    verbs.signInApp(app),
  ])
  return { appId: app.app_id, appToken, control, launchToken, agentId, token }
}

/** Every token that there is before the race. */
export function tokensOf({ root, middle, last, second, third }: Field): string[] {
  return [
    ...[root, middle, last].flatMap(({ token, appToken }) => [token, appToken]),
    second,
    third,
  ]
}

/** What happens at the same time as the kill: each answers with a new token, or is refused. */
export function racers(verbs: Verbs, field: Field, round: number): (() => Promise<string>)[] {
  const { root, middle, last, second, third, taskId } = field
  const key = `race-key-${round}`.padEnd(22, '-')
  const register = async (runner: Runner) =>
    (await verbs.register(runner.launchToken, taskId)).access_token
  return [
    () => verbs.renew(root.token),
    () => verbs.renew(second, key),
    () => verbs.renew(second, key),
    () => verbs.renew(third),
    () => verbs.renew(middle.token),
    () => verbs.renew(middle.appToken),
    () => verbs.delegate(root.token, middle.agentId),
    () => verbs.delegate(second, last.agentId),
    () => verbs.delegate(third, middle.agentId),
    () => register(root),
    () => register(middle),
    async () => {
      const launched = await verbs.launch(middle.appToken, taskId)
      return (await verbs.register(launched, taskId)).access_token
    },
  ]
}
