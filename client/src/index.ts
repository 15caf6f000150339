export { Agent } from './agent.ts'
export type { Registration } from './agent.ts'
export { AgentKey } from './agent-key.ts'
export { Broker } from './broker.ts'
export type { BrokerOrUrl } from './broker.ts'
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
export type { RetryRule } from './retry.ts'
export { Transport } from './transport.ts'
// What the signatures above name, and the one rule about scopes, so that most programs import this package alone.
export { covers } from '@agentwrit/protocol'
export type {
  AdminAuthRequest,
  AdminAuthResponse,
  ChallengeResponse,
  Claims,
  CreateLaunchTokenRequest,
  CreateLaunchTokenResponse,
  ErrorCode,
  HealthResponse,
  LaunchTokenInfo,
  PublishedKeySet,
  RegisterRequest,
  RegisterResponse,
  StatusResponse,
  TokenResponse,
  ValidateResponse,
} from '@agentwrit/protocol'
