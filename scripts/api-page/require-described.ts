import { Ajv2020 } from 'ajv/dist/2020.js'
import type { Document } from './document.ts'
import type { Answer } from './exchange.ts'

/** Throws unless the document tells of this answer: its status, each of its headers, and the form of its body. */
export type RequireDescribed = (method: string, path: string, answer: Answer) => void

export function describedBy(document: Document): RequireDescribed {
  const schemas = new Ajv2020({ strict: false, validateSchema: false }).addSchema(document, 'api')
  return (method, path, { status, headers, body }) => {
    const response = document.paths[path]?.[method.toLowerCase()]?.responses[status]
    const name = `${status} of ${method} ${path}`
    if (response === undefined) throw new Error(`${name} is not described`)
    const described = Object.keys(response.headers).map((header) => header.toLowerCase())
    const known = new Set([...described, ...ofHttpItself])
    const unknown = Object.keys(headers).filter((header) => !known.has(header))
    if (unknown.length > 0)
      throw new Error(`${name} has headers not described: ${unknown.join(', ')}`)
    const [type] = Object.keys(response.content ?? {})
    if ((type ?? '') !== (headers['content-type'] ?? '')) throw new Error(`${name} is no ${type}`)
    if (type?.includes('json') !== true) return
    const steps = [
      'paths',
      path,
      method.toLowerCase(),
      'responses',
      status,
      'content',
      type,
      'schema',
    ]
    const isValid = schemas.compile({ $ref: `api#/${steps.map(toPointer).join('/')}` })
    if (!isValid(JSON.parse(body))) {
      throw new Error(`${name} is not of its form: ${schemas.errorsText(isValid.errors)}`)
    }
  }
}

/** RFC 9110 and 9112: no API describes them. */
const ofHttpItself = [
  'connection',
  'content-length',
  'content-type',
  'date',
  'keep-alive',
  'transfer-encoding',
]

/** A step of a JSON pointer in a URI (RFC 6901 section 6). */
function toPointer(step: string | number): string {
  return encodeURIComponent(String(step).replaceAll('~', '~0').replaceAll('/', '~1'))
}
