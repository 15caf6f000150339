import assert from 'node:assert/strict'
import type { RevokeRequest } from '@agentwrit/protocol'
import type { Ask } from './ask-broker.ts'
import { madeBy } from './made-by.ts'
import { bind, found, type Names } from './names.ts'
import type {
  ChangeApp,
  DeregisterApp,
  Lift,
  RegisterApp,
  Revoke,
  RotateKey,
  SignInAdmin,
} from './operation.ts'

let appCount = 0

const signInAdmin: Ask<SignInAdmin> = async ({ port, names }, _operation, expected) => {
  const reply = await port.signInAdmin()
  return madeBy(reply, expected, (answer, { token }) => names.issue(token, answer.access_token))
}

const registerApp: Ask<RegisterApp> = async ({ world, port, names }, operation, expected) => {
  const { bearer, ceiling } = operation
  const name = `model-${++appCount}`
  const asked = { name, scopes: [...ceiling], token_ttl: world.settings.appTtl }
  const reply = await port.registerApp(names.textOf(bearer), asked)
  return madeBy(reply, expected, (made, { app }) => names.apps.set(app?.name ?? '', made))
}

const changeApp: Ask<ChangeApp> = async ({ port, names }, operation) => {
  const { bearer, app, ceiling, delegatesTo } = operation
  const idOf = (name: string) => (name === '*' ? name : found(names.apps, name).app_id)
  const { refused } = await port.changeApp(names.textOf(bearer), idOf(app), {
    ...(ceiling === undefined ? {} : { scopes: [...ceiling] }),
    ...(delegatesTo === undefined ? {} : { delegates_to: delegatesTo.map(idOf) }),
  })
  return { refused }
}

const deregisterApp: Ask<DeregisterApp> = async ({ port, names }, { bearer, app }) => {
  const { app_id } = found(names.apps, app)
  const { refused } = await port.deregisterApp(names.textOf(bearer), app_id)
  return { refused }
}

const revoke: Ask<Revoke> = async ({ port, names }, operation, expected) => {
  const asked = toRevokeRequest(names, operation)
  const reply = await port.revoke(names.textOf(operation.bearer), asked)
  const heard = madeBy(reply, expected, (answer, { entry }) => {
    assert.ok(answer.revoked, 'it was no dry run')
    if (entry !== undefined) bind(names.entries, entry.name, answer.id)
  })
  return reply.refused === undefined ? { ...heard, count: reply.value.count } : heard
}

export function toRevokeRequest(names: Names, { level, target }: Revoke): RevokeRequest {
  const real = {
    token: () => names.jtiOf(target),
    task: () => names.taskId(target),
    agent: () => names.subOf(target),
    chain: () => names.subOf(target),
  }
  return { level, target: real[level]() }
}

const lift: Ask<Lift> = async ({ port, names }, { bearer, entry: name }, expected) => {
  const reply = await port.lift(names.textOf(bearer), found(names.entries, name))
  return madeBy(reply, expected, ({ lifted_at = '' }, { entry }) => {
    assert.equal(Date.parse(lifted_at), (entry?.liftedAt ?? 0) * 1000)
  })
}

const rotateKey: Ask<RotateKey> = async ({ port, names }, operation, expected) => {
  const { bearer, isEmergency, key: kid } = operation
  const reply = await port.rotateKey(names.textOf(bearer), {
    ...(isEmergency ? { emergency: true } : {}),
    ...(kid === undefined ? {} : { kid: found(names.keys, kid) }),
  })
  return madeBy(reply, expected, (answer, { key }) => bind(names.keys, key?.name ?? '', answer.kid))
}

/** What an operator can ask for; revoking is for apps too. */
export const asksOfAdmin = {
  'sign in admin': signInAdmin,
  'register app': registerApp,
  'change app': changeApp,
  'deregister app': deregisterApp,
  revoke,
  lift,
  'rotate key': rotateKey,
}
