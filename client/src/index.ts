export { Agent } from './agent.ts'
export type { Registration, RenewalOptions } from './agent.ts'
export { AgentKey } from './agent-key.ts'
export { App } from './app.ts'
export type { AppCredentials, WantedAgent } from './app.ts'
export { Broker } from './broker.ts'
export type { BrokerOrUrl, RenewOptions } from './broker.ts'
export type { Answered } from './document.ts'
export {
  AgentLostError,
  AgentReleasedError,
  AgentWritError,
  AuthenticationError,
  AuthorizationError,
  CryptoError,
  isAgentWritError,
  NotFoundError,
  ProblemError,
  RateLimitError,
  TimeoutError,
  TransportError,
} from './errors.ts'
export type { ErrorContext, FailedRequest, Problem } from './errors.ts'
export type { Answer, Call } from './exchange.ts'
export { Operator } from './operator.ts'
export type { SignIn } from './operator.ts'
export type { CallOptions, ClientOptions, Surroundings } from './options.ts'
export type { ListOptions } from './pages.ts'
export type { RetryRule } from './retry.ts'
export { Transport } from './transport.ts'
// What the signatures above name, and the one rule about scopes, so that most programs import this package alone.
export { covers } from '@agentwrit/protocol'
export type {
  AdminAuthRequest,
  AdminAuthResponse,
  AppAuthRequest,
  AppAuthResponse,
  AppInfo,
  ChallengeResponse,
  Claims,
  CreateLaunchTokenRequest,
  CreateLaunchTokenResponse,
  DeregisterAppResponse,
  ErrorCode,
  HealthResponse,
  LaunchTokenInfo,
  PublishedKeySet,
  RegisterAppRequest,
  RegisterAppResponse,
  RegisterRequest,
  RegisterResponse,
  RotateAppSecretRequest,
  RotateAppSecretResponse,
  StatusResponse,
  TokenResponse,
  UpdateAppRequest,
  ValidateResponse,
} from '@agentwrit/protocol'
