// What the broker's answers must hold to be taken for what they are. It may send more.
import type {
  AdminAuthResponse,
  AgentKeyInfo,
  AppAuthResponse,
  ChallengeResponse,
  DelegateResponse,
  HealthResponse,
  PublishedKeySet,
  RegisterResponse,
  StatusResponse,
  TokenResponse,
  ValidateResponse,
} from '@agentwrit/protocol'
import { documentOf } from './document.ts'
import type { DocumentGuard } from './document.ts'

const token = { access_token: 'string', expires_in: 'number' } as const

export const isObject: DocumentGuard<Readonly<Record<string, unknown>>> = documentOf({})
export const isHealth: DocumentGuard<HealthResponse> = documentOf<HealthResponse>({
  status: 'string',
  version: 'string',
})
export const isStatus: DocumentGuard<StatusResponse> = documentOf<StatusResponse>({
  status: 'string',
})
export const isKeySet: DocumentGuard<PublishedKeySet> = documentOf<PublishedKeySet>({
  keys: 'array',
})
export const isChallenge: DocumentGuard<ChallengeResponse> = documentOf<ChallengeResponse>({
  nonce: 'string',
  expires_in: 'number',
})
export const isRegistered: DocumentGuard<RegisterResponse> = documentOf<RegisterResponse>({
  agent_id: 'string',
  ...token,
})
export const isTokenResponse: DocumentGuard<TokenResponse> = documentOf<TokenResponse>(token)
export const isDelegated: DocumentGuard<DelegateResponse> = documentOf<DelegateResponse>({
  delegation_chain: 'array',
  ...token,
})
export const isSignedIn: DocumentGuard<AdminAuthResponse> = documentOf<AdminAuthResponse>(token)
export const isAppSignedIn: DocumentGuard<AppAuthResponse> = documentOf<AppAuthResponse>(token)

/** The key of this agent, and of no other. */
export function isKeyOf(agentId: string): DocumentGuard<AgentKeyInfo> {
  const isKey = documentOf<AgentKeyInfo>({
    agent_id: 'string',
    public_key: 'string',
    jkt: 'string',
  })
  return (value): value is AgentKeyInfo => isKey(value) && value.agent_id === agentId
}

const isVerdict = documentOf<ValidateResponse>({ valid: 'boolean' })
const hasClaims = documentOf<ValidateResponse & { readonly valid: true }>({ claims: 'object' })

/** A token is valid only with its claims. */
export const isValidated: DocumentGuard<ValidateResponse> = (value): value is ValidateResponse =>
  isVerdict(value) && (!value.valid || hasClaims(value))
