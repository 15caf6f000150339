export { covers, findUncovered, isReservedScope, isWithin, parseScope } from './scope.ts'
export { maxScopeLength, maxScopes, type Scope } from './scope.ts'

export { formatAgentId, isPathName, isTrustDomain, parseAgentId } from './agent-id.ts'
export { maxAgentIdLength, type AgentIdParts } from './agent-id.ts'

export { isPlainText } from './text.ts'

export { decodeBase64, decodeBase64url, decodeHex } from './encoding.ts'
export { encodeBase64, encodeBase64url, encodeHex } from './encoding.ts'

export { canonicalize, maxJsonDepth } from './jcs.ts'

export { readClaims, type Claims } from './claims.ts'

export { chainHashInput, delegationInput, isDelegationRecord } from './delegation-chain.ts'
export { maxDelegationDepth, previousRecordInput } from './delegation-chain.ts'
export type { DelegationRecord, UnsignedDelegationRecord } from './delegation-chain.ts'

export { extendChain } from './extend-chain.ts'
export type { ChainClaims, ChainSigner, DelegationGrant } from './extend-chain.ts'

export { verifyChain, verifyChainAtOnce } from './verify-chain.ts'
export type { ChainResult, ChainVerifier, ChainVerifierAtOnce } from './verify-chain.ts'
export type { SignatureVerdict, SignedBytes } from './verify-chain.ts'
export type { ChainError, ChainFault } from './chain-rules.ts'

export { keyIdInput, maxTokenLength, readToken, readTokenKeyId } from './token.ts'
export { tokenHeader, unsignedToken } from './token.ts'
export type { TokenParts } from './token.ts'

export { brokerLeewaySeconds, verifierLeewaySeconds } from './verify-token.ts'
export { checkTimes, hasAudience, hasIssuer } from './verify-token.ts'

export { auditEventId, auditEventTypes, auditHashInput, genesisHash } from './audit-event.ts'
export type { AuditEvent, AuditEventType, UnhashedAuditEvent } from './audit-event.ts'

export { formatDetail, maxDetailValueLength, type DetailValue } from './audit-detail.ts'

export { verifyAuditChain } from './audit-chain.ts'
export type { AuditChainFault, AuditChainResult, AuditHead, HashText } from './audit-chain.ts'

export { checkpointInput, type Checkpoint } from './checkpoint.ts'

export { verifyAuditExport } from './verify-audit-export.ts'
export type { AuditExport, AuditExportCheck, AuditExportFault } from './verify-audit-export.ts'
export type { AuditExportResult, VerifySignature } from './verify-audit-export.ts'

export {
  publishedTargetInput,
  revocationLevels,
  type RevocationLevel,
} from './revocation-target.ts'

export { lineageOf, type Lineage, type LineageClaims } from './lineage.ts'
export { matchesRevocation, type RevocationEntry } from './match-revocation.ts'
export { publishedLineage, type PublishedLineage } from './published-lineage.ts'
export { RevocationFollower } from './revocation-follower.ts'
export { RevocationFacts } from './revocation-facts.ts'
export { readRevocationEvent } from './read-revocation-event.ts'

export { EventStreamReader, formatServerSentEvent } from './event-stream.ts'
export type { ServerSentEvent } from './event-stream.ts'

export { errorCodes, type ErrorCode } from './error-codes.ts'

export type { ProblemDetails } from './wire.ts'
export type { ChallengeResponse, RegisterRequest, RegisterResponse } from './wire.ts'
export type { ValidateRequest, ValidateResponse } from './wire.ts'
export type { RenewRequest, TokenResponse } from './wire.ts'
export type { AdminAuthRequest, AdminAuthResponse } from './wire.ts'
export type { CreateLaunchTokenRequest, CreateLaunchTokenResponse } from './wire.ts'
export type { LaunchTokenInfo, LaunchTokenList, LaunchTokenPolicy } from './wire.ts'
export type { AppAuthRequest, AppAuthResponse, AppInfo, AppList } from './wire.ts'
export type { DeregisterAppResponse, RegisterAppRequest, RegisterAppResponse } from './wire.ts'
export type { RotateAppSecretRequest, RotateAppSecretResponse, UpdateAppRequest } from './wire.ts'
export type { HealthResponse, StatusResponse } from './wire.ts'
export type { PublishedKey, PublishedKeySet } from './wire.ts'
export type { AgentInfo, AgentKeyInfo, AgentList, AgentStatus } from './wire-agents.ts'
export type { DelegateRequest, DelegateResponse } from './wire-delegation.ts'
export type { DelegationEdge, DelegationNode, DelegationTree } from './wire-delegation.ts'
export type { RequestedLevel, RevokeRequest, RevokeResponse } from './wire-revocation.ts'
export type { RevokeDoneResponse, RevokePreviewResponse } from './wire-revocation.ts'
export type { RevocationInfo, RevocationList } from './wire-revocation.ts'
export type { AuditKey, AuditKeyList, RotateKeyRequest, RotateKeyResponse } from './wire-keys.ts'
export type { AuditEventList } from './wire-audit.ts'
export type { AuditVerifyFault, VerifyAuditResponse } from './wire-audit-verify.ts'
export type { PublishedEntry, PublishedKeyEnd, PublishedSupersession } from './wire-streams.ts'
export type { PublishedRevocation, RevocationChange, RevocationFresh } from './wire-streams.ts'
export type { RevocationSnapshot, RevocationStreamEvent } from './wire-streams.ts'
export type { BrokerInfo, BrokerList, ConfigResponse, SettingInfo } from './wire-admin.ts'
export type { StatsResponse } from './wire-admin.ts'
