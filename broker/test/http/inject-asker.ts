import type { FastifyInstance, InjectOptions } from 'fastify'
import type { AnyAnswer } from './assert-answer.ts'

/** Asks an application in this process, in the shape that `assertProblem` takes. */
export function asker(app: FastifyInstance): (asked: InjectOptions) => Promise<AnyAnswer> {
  return async (asked) => {
    const { statusCode, headers, body } = await app.inject(asked)
    return { status: statusCode, headers, body }
  }
}

export function post(
  url: string,
  payload: string | object,
  headers: Record<string, string | number> = {},
): InjectOptions {
  const texts = Object.entries(headers).map(([name, value]) => [name, String(value)])
  return { method: 'POST', url, payload, headers: Object.fromEntries(texts) }
}
