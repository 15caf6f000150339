import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import test from 'node:test'
import * as protocol from '@agentwrit/protocol'

const folder = new URL('../src/', import.meta.url)

test('what the package exports is what others may rely on, no more', () => {
  assert.deepEqual(Object.keys(protocol), [
    'EventStreamReader',
    'RevocationFacts',
    'RevocationFollower',
    'auditEventId',
    'auditEventTypes',
    'auditHashInput',
    'brokerLeewaySeconds',
    'canonicalize',
    'chainHashInput',
    'checkTimes',
    'checkpointInput',
    'covers',
    'decodeBase64',
    'decodeBase64url',
    'decodeHex',
    'delegationInput',
    'encodeBase64',
    'encodeBase64url',
    'encodeHex',
    'errorCodes',
    'extendChain',
    'findUncovered',
    'formatAgentId',
    'formatDetail',
    'formatServerSentEvent',
    'genesisHash',
    'hasAudience',
    'hasIssuer',
    'isDelegationRecord',
    'isPathName',
    'isPlainText',
    'isReservedScope',
    'isTrustDomain',
    'isWithin',
    'keyIdInput',
    'lineageOf',
    'matchesRevocation',
    'maxAgentIdLength',
    'maxDelegationDepth',
    'maxDetailValueLength',
    'maxJsonDepth',
    'maxScopeLength',
    'maxScopes',
    'maxTokenLength',
    'parseAgentId',
    'parseScope',
    'previousRecordInput',
    'publishedLineage',
    'publishedTargetInput',
    'readClaims',
    'readRevocationEvent',
    'readToken',
    'readTokenKeyId',
    'revocationLevels',
    'tokenHeader',
    'unsignedToken',
    'verifierLeewaySeconds',
    'verifyAuditChain',
    'verifyAuditExport',
    'verifyChain',
    'verifyChainAtOnce',
  ])
})

test('the package imports nothing but its own files', () => {
  for (const file of readdirSync(folder)) {
    const source = readFileSync(new URL(file, folder), 'utf8')
    const imported = [...source.matchAll(/(?:from|import\()\s*'([^']+)'/g)].map(([, name]) => name)
    for (const name of imported) assert.match(name ?? '', /^\.\/[a-z-]+\.ts$/, file)
  }
})

test('error codes are those of the contract', () => {
  assert.equal(
    protocol.errorCodes.join(' '),
    [
      'invalid_request invalid_ttl unauthorized forbidden insufficient_scope scope_violation',
      'not_found method_not_allowed conflict request_timeout payload_too_large rate_limited',
      'headers_too_large internal_error service_unavailable',
    ].join(' '),
  )
})
