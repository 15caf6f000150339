import { sign } from 'node:crypto'
import { makeKey } from '../proof.ts'
import type { Ask } from './ask-broker.ts'
import { madeBy } from './made-by.ts'
import type {
  CreateLaunchToken,
  Delegate,
  Register,
  Release,
  Renew,
  SignInApp,
} from './operation.ts'
import { found } from './names.ts'
import { findToken } from './world.ts'

const signInApp: Ask<SignInApp> = async ({ port, names }, { app }, expected) => {
  const { client_id, client_secret } = found(names.apps, app)
  const reply = await port.signInApp({ client_id, client_secret })
  return madeBy(reply, expected, (answer, { token }) => names.issue(token, answer.access_token))
}

const createLaunchToken: Ask<CreateLaunchToken> = async (twin, operation, expected) => {
  const { world, port, names } = twin
  const { bearer, scope, maxTtl, ttl, isSingleUse, task } = operation
  const asked = {
    agent_name: 'model-agent',
    allowed_scope: [...scope],
    max_ttl: maxTtl,
    ttl,
    single_use: isSingleUse,
    ...(task === undefined ? {} : { task_id: names.taskId(task) }),
  }
  const maker = findToken(world, bearer).session.kind === 'app' ? 'app' : 'admin'
  const reply = await port.createLaunchToken(names.textOf(bearer), asked, maker)
  return madeBy(reply, expected, ({ launch_token }, { launchToken }) =>
    names.launchTokens.set(launchToken?.name ?? '', launch_token),
  )
}

const register: Ask<Register> = async ({ port, names }, { launchToken, task, scope }, expected) => {
  const key = makeKey()
  const nonce = await port.nonce()
  const reply = await port.register({
    launch_token: found(names.launchTokens, launchToken),
    nonce,
    public_key: key.publicKey,
    signature: sign(null, Buffer.from(nonce, 'hex'), key.privateKey).toString('base64'),
    orch_id: 'orch',
    task_id: names.taskId(task),
    requested_scope: [...scope],
  })
  return madeBy(reply, expected, ({ agent_id, access_token }, { agent, token }) => {
    names.agents.set(agent?.name ?? '', agent_id)
    names.issue(token, access_token)
  })
}

const renew: Ask<Renew> = async ({ port, names }, { bearer, scope }, expected) => {
  const reply = await port.renew(names.textOf(bearer), scope)
  return madeBy(reply, expected, (answer, { token }) => names.issue(token, answer.access_token))
}

const delegate: Ask<Delegate> = async ({ port, names }, operation, expected) => {
  const { bearer, to, scope, ttl } = operation
  const delegate_to = names.subOf(to)
  const asked = { delegate_to, scope: [...scope], ...(ttl === undefined ? {} : { ttl }) }
  const reply = await port.delegate(names.textOf(bearer), asked)
  return madeBy(reply, expected, (answer, { token }) => names.issue(token, answer.access_token))
}

const release: Ask<Release> = async ({ port, names }, { bearer }) => {
  const { refused } = await port.release(names.textOf(bearer))
  return { refused }
}

/** What apps and their agents can ask for. */
export const asksOfAgents = {
  'sign in app': signInApp,
  'create launch token': createLaunchToken,
  register,
  renew,
  delegate,
  release,
}
