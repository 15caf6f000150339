import assert from 'node:assert/strict'
import type { Claims } from '@agentwrit/protocol'
import type { Twin } from './ask-broker.ts'
import { isLive } from './liveness.ts'
import { found } from './names.ts'
import type { Link, Token } from './world.ts'

/** Who is live, by the broker alone. */
export async function findLive({ world, port, names }: Twin): Promise<Set<string>> {
  const live = new Set<string>()
  for (const { name } of world.tokens) {
    if ((await port.introspect(names.textOf(name))) !== undefined) live.add(name)
  }
  return live
}

/** Every token there ever was: live if and only if the model says so, and then saying what the model says. */
export async function compareTokens(twin: Twin): Promise<void> {
  const { world, port, names } = twin
  for (const token of world.tokens) {
    const claims = await port.introspect(names.textOf(token.name))
    const expected = isLive(world, token) ? 'live' : 'dead'
    assert.equal(claims === undefined ? 'dead' : 'live', expected, describe(token))
    if (claims !== undefined) compareClaims(twin, token, claims)
  }
}

/** What a token may do, for whom and how long, and where it comes from. */
export function compareClaims({ names }: Twin, token: Token, claims: Claims): void {
  const { session } = token
  const sidOf = (name: string | undefined) =>
    name === undefined ? undefined : found(names.sessions, name)
  assert.deepEqual(
    {
      sub: claims.sub,
      sid: claims.sid,
      scope: claims.scope,
      iat: claims.iat,
      exp: claims.exp,
      task: claims.task_id,
      app: claims.app_id,
      lsid: claims.lsid,
      chain: (claims.delegation_chain ?? []).map((record) => ({
        agent: record.agent,
        to: record.delegatee,
        sid: record.sid,
        parent: record.parent_sid,
        app: record.app_id,
        lsid: record.lsid,
        kid: record.kid,
      })),
    },
    {
      sub: names.subOf(session.sub),
      sid: sidOf(session.name),
      scope: token.scope,
      iat: token.iat,
      exp: token.exp,
      task: session.task && names.taskId(session.task),
      app: session.app && found(names.apps, session.app.name).app_id,
      lsid: sidOf(session.launcher?.name),
      chain: session.chain.map((link, index, { length }) => ({
        agent: names.subOf(link.agent),
        to: names.subOf(
          session.chain[index + 1]?.agent ?? (index === length - 1 ? session.sub : ''),
        ),
        ...originOf(link),
      })),
    },
    describe(token),
  )

  function originOf({ session: name, parent, app, launcher, key }: Link) {
    return {
      sid: sidOf(name),
      parent: sidOf(parent.name),
      app: app && found(names.apps, app.name).app_id,
      lsid: sidOf(launcher?.name),
      kid: found(names.keys, key.name),
    }
  }
}

function describe({ name, session, scope, exp }: Token): string {
  const { kind, sub, app, chain } = session
  const line = chain.map(({ parent }) => parent.name).join(' > ')
  return `${name} of ${session.name} (${kind} ${sub}, ${app?.name ?? 'no app'}, from ${line}), ${scope.join(' ')}, until ${exp}`
}
