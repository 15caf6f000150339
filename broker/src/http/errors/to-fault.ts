import type { FastifyError } from 'fastify'
import { Fault } from '../../domain/fault.ts'
import { patternNames } from '../schemas/fields.ts'

/** Foreign errors become faults here. What is not understood is a defect of ours: 500, and it shows nothing. */
export function toFault(error: unknown): Fault {
  if (error instanceof Fault) return error
  if (isSchemaError(error)) return new Fault('invalid_request', describe(error))
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  if (code === 'FST_ERR_BAD_URL') return new Fault('invalid_request', 'the path is badly encoded')
  if (code === 'FST_ERR_NOT_FOUND') return new Fault('not_found', 'nothing is served here')
  return new Fault('internal_error', 'the request could not be served', { cause: error })
}

export function isSchemaError(error: unknown): error is FastifyError {
  return error instanceof Error && 'validation' in error
}

/** Names field and limit, never the value: it may be a secret. */
function describe({ validation, validationContext }: FastifyError): string {
  const [found] = validation ?? []
  if (found === undefined) return 'the request is not valid'
  const { keyword, params, instancePath } = found
  if (keyword === 'required') {
    const parent = fieldOf(instancePath)
    const missing = String(params['missingProperty'])
    return `${parent === '' ? missing : `${parent}.${missing}`} is missing`
  }
  const field = fieldOf(instancePath) || (validationContext === 'body' ? 'the body' : 'the request')
  const rule = rules[keyword]
  return `${field} ${rule === undefined ? 'is not valid' : rule(params)}`
}

/** `/requested_scope/3` becomes `requested_scope[3]`. Schemas name every member, so no name is the client's. */
function fieldOf(instancePath: string): string {
  return instancePath
    .slice(1)
    .replaceAll(/\/(\d+)/g, '[$1]')
    .replaceAll('/', '.')
}

type Params = Readonly<Record<string, unknown>>

const rules: Readonly<Record<string, (params: Params) => string>> = {
  type: ({ type }) => `must be of type ${String(type)}`,
  minLength: ({ limit }) =>
    limit === 1 ? 'is empty' : `has fewer than ${String(limit)} characters`,
  maxLength: ({ limit }) => `has more than ${String(limit)} characters`,
  minItems: ({ limit }) => (limit === 1 ? 'is empty' : `has fewer than ${String(limit)} items`),
  maxItems: ({ limit }) => `has more than ${String(limit)} items`,
  minimum: ({ limit }) => `is less than ${String(limit)}`,
  maximum: ({ limit }) => `is greater than ${String(limit)}`,
  pattern: ({ pattern }) =>
    `is not ${patternNames.get(String(pattern)) ?? 'of the form of such a value'}`,
  enum: ({ allowedValues }) => `must be one of ${String(allowedValues)}`,
  const: ({ allowedValue }) => `must be ${String(allowedValue)}`,
  not: () => 'must not be given',
}
