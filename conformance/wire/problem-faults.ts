import { errorCodes } from '@agentwrit/protocol'
import type { Answer } from './answer.ts'
import { statusOf } from './expect.ts'

/** What is wrong with the form of an answer, by contract 1.1 (content type) and 1.4 (problems). */
export function findProblemFaults(answer: Answer): string[] {
  if (answer.method === 'HEAD') return []
  if (answer.status < 400) return findSuccessFaults(answer)
  const { json, headers, status } = answer
  const code = errorCodes.find((known) => known === json['error_code'])
  const rules: readonly (readonly [boolean, string])[] = [
    [isType(headers, 'application/problem+json'), 'content type is not application/problem+json'],
    [code !== undefined, 'error_code is not one of the contract'],
    [code !== undefined && statusOf[code] === status, 'error_code does not belong to the status'],
    [json['status'] === status, 'status is not the HTTP status'],
    [json['type'] === `urn:agentwrit:error:${code}`, 'type does not end in error_code'],
    [isText(json['title']), 'title is missing'],
    [isText(json['detail']), 'detail is missing'],
    [typeof json['instance'] === 'string', 'instance is missing'],
    [json['request_id'] === headers.get('x-request-id'), 'request_id is not X-Request-ID'],
    [!waits.has(status) || isDelay(headers.get('retry-after')), 'no Retry-After in whole seconds'],
  ]
  return rules.filter(([holds]) => !holds).map(([, fault]) => fault)
}

const waits = new Set([429, 503])
const notJson = new Set(['/v1/metrics', '/v1/revocations/stream', '/v1/audit/stream'])

function findSuccessFaults({ status, path, headers, body }: Answer): string[] {
  if (notJson.has(path) || path.startsWith('/console')) return []
  if (status === 204) return body === '' ? [] : ['a body with 204']
  if (!isType(headers, 'application/json')) return ['content type is not application/json']
  return body.endsWith('\n') ? [] : ['no line feed after the JSON value']
}

function isType(headers: Headers, type: string): boolean {
  return headers.get('content-type')?.split(';')[0] === type
}

function isText(value: unknown): boolean {
  return typeof value === 'string' && value !== ''
}

function isDelay(value: string | null): boolean {
  return /^[1-9]\d*$/.test(value ?? '')
}
