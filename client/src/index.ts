export type { Acceptance } from './acceptance.ts'
export { Agent } from './agent.ts'
export type { AgentOptions } from './agent-options.ts'
export { AgentKey } from './agent-key.ts'
export type { AgentFilter, DelegationSelection } from './agents.ts'
export { App } from './app.ts'
export type { AppCredentials, WantedAgent } from './app.ts'
export type { AuditTailFilter, TailedAuditEvent } from './audit-tail.ts'
export type { AuditFilter } from './audit-trail.ts'
export { Broker } from './broker.ts'
export type { BrokerOrUrl, RenewOptions } from './broker.ts'
export { Delegation } from './delegation.ts'
export type { WantedDelegation } from './delegation.ts'
export type { Answered } from './document.ts'
export {
  AgentLostError,
  AgentReleasedError,
  AgentWritError,
  AuthenticationError,
  AuthorizationError,
  CryptoError,
  InvalidTokenError,
  isAgentWritError,
  NotFoundError,
  OriginDeniedError,
  ProblemError,
  RateLimitError,
  ScopeDeniedError,
  TimeoutError,
  TransportError,
} from './errors.ts'
export type { DeniedScopes, ErrorContext, FailedRequest, Problem } from './errors.ts'
export type { Answer, Call, OpenAnswer } from './exchange.ts'
export type { LogFields, Logger } from './logger.ts'
export { Operator } from './operator.ts'
export type { SignIn } from './sign-in.ts'
export type { CallOptions, ClientOptions, RenewalOptions, Surroundings } from './options.ts'
export type { ListOptions } from './pages.ts'
export type { Registration } from './registration.ts'
export type { RetryRule } from './retry.ts'
export type {
  RevocationDone,
  RevocationFilter,
  RevocationPreview,
  RevocationTarget,
  WantedRevocation,
} from './revocations.ts'
export { scope } from './scope-tag.ts'
export { scoped } from './scoped.ts'
export type { RequiredScope } from './scoped.ts'
export { Supervisor } from './supervisor.ts'
export { Transport } from './transport.ts'
export { createVerifier } from './verifier/create-verifier.ts'
export type { VerifierCredentials, VerifierOptions } from './verifier/settings.ts'
export type {
  RefusalReason,
  Verification,
  VerifiedToken,
  Verifier,
  Wanted,
} from './verifier/verification.ts'
export type { VerifyAuditOptions } from './verify-audit.ts'
// What the signatures above name, and the one rule about scopes, so that most programs import this package alone.
export { covers } from '@agentwrit/protocol'
export type {
  AdminAuthRequest,
  AdminAuthResponse,
  AgentInfo,
  AgentKeyInfo,
  AgentStatus,
  AppAuthRequest,
  AppAuthResponse,
  AppInfo,
  AuditEvent,
  AuditEventType,
  AuditKey,
  AuditKeyList,
  ChallengeResponse,
  Checkpoint,
  Claims,
  CreateLaunchTokenRequest,
  CreateLaunchTokenResponse,
  DelegateRequest,
  DelegateResponse,
  DelegationEdge,
  DelegationNode,
  DelegationRecord,
  DelegationTree,
  DeregisterAppResponse,
  ErrorCode,
  HealthResponse,
  LaunchTokenInfo,
  PublishedKeySet,
  RegisterAppRequest,
  RegisterAppResponse,
  RegisterRequest,
  RegisterResponse,
  RequestedLevel,
  RevocationInfo,
  RevocationLevel,
  RevokeResponse,
  RotateAppSecretRequest,
  RotateAppSecretResponse,
  RotateKeyRequest,
  RotateKeyResponse,
  StatusResponse,
  TokenResponse,
  UpdateAppRequest,
  ValidateResponse,
  VerifyAuditResponse,
} from '@agentwrit/protocol'
