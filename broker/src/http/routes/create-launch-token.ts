import type { CreateLaunchTokenRequest, CreateLaunchTokenResponse } from '@agentwrit/protocol'
import { Type } from 'typebox'
import {
  createLaunchToken,
  launchTokenDenied,
} from '../../domain/launch-tokens/create-launch-token.ts'
import { pathName, scopes, text } from '../schemas/fields.ts'
import { launchTokenPolicy } from '../schemas/launch-token-schema.ts'
import { route } from '../route.ts'
import { wireSchema } from '../schemas/wire-schema.ts'

/** 0 means absent; `max_ttl` is also bounded by the configuration. */
const seconds = (maximum: number) => Type.Optional(Type.Integer({ minimum: 0, maximum }))

const body = wireSchema<CreateLaunchTokenRequest>()(
  Type.Object({
    agent_name: text(300),
    allowed_scope: scopes,
    max_ttl: seconds(Number.MAX_SAFE_INTEGER),
    single_use: Type.Optional(Type.Boolean()),
    ttl: seconds(3600),
    orch_id: Type.Optional(pathName),
    task_id: Type.Optional(pathName),
  }),
)

const answer = wireSchema<CreateLaunchTokenResponse>()(
  Type.Object({
    launch_token: Type.String(),
    id: Type.String({ description: 'Id of the launch token: the first 16 hex of its SHA-256' }),
    expires_at: Type.String({ description: 'Until then it can be used (RFC 3339)' }),
    policy: Type.Object(launchTokenPolicy),
  }),
)

const shared = {
  method: 'POST',
  bearer: 'live',
  body,
  status: 201,
  answer,
  refuseInvalid: launchTokenDenied,
} as const

export const createLaunchTokenRoute = route({
  ...shared,
  path: '/v1/admin/launch-tokens',
  summary: 'Create a launch token: the right to register',
  scopes: ['admin:launch-tokens:*'],
  kinds: ['admin', 'operator'],
  errors: [],
  handle: ({ context }, { body: asked, caller }) => createLaunchToken(context, caller, asked),
})

export const createAppLaunchTokenRoute = route({
  ...shared,
  path: '/v1/app/launch-tokens',
  summary: 'Create a launch token within the ceiling of the app',
  scopes: ['app:launch-tokens:*'],
  kinds: ['app'],
  errors: ['forbidden'],
  handle: ({ context }, { body: asked, caller }) => createLaunchToken(context, caller, asked),
})
