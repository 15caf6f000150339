import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Readable } from 'node:stream'
import { Fault } from '../../domain/fault.ts'
import type { Clock } from '../../domain/surroundings.ts'
import { attemptLimits } from '../limits/attempt-limit.ts'
import { BodyBudget } from './body-limit.ts'
import { type JsonObject, parseJsonBody } from './json-body.ts'
import { readBody } from './read-body.ts'
import type { Route } from '../route.ts'

type Done = (error: Error | null, body?: JsonObject) => void

/** One parser for every body, whatever its content type says. Where no body is asked for, none is read. */
export function parseBodies(app: FastifyInstance, clock: Clock): void {
  const refuseAttempt = attemptLimits(clock)
  const budget = new BodyBudget()
  app.removeAllContentTypeParsers()
  app.addContentTypeParser(
    'application/json',
    (request: FastifyRequest, stream: Readable, done: Done) => {
      const { route, raw } = request
      if (route?.body === undefined) return done(null)
      readBody({ stream, socket: raw.socket, budget }, (fault, bytes) => {
        const parsed = fault ?? parseFor(route, bytes)
        const body = refuseAttempt(request, parsed) ?? parsed
        if (body instanceof Fault) done(body)
        else done(null, body)
      })
    },
  )
}

function parseFor({ isBodyOptional, findMistake }: Route, bytes: Uint8Array): JsonObject | Fault {
  if (bytes.length === 0) return isBodyOptional === true ? {} : refuse('a JSON body is needed')
  const body = parseJsonBody(bytes)
  if (body instanceof Fault) return body
  const mistake = findMistake?.(body)
  return mistake === undefined ? body : refuse(mistake)
}

function refuse(detail: string): Fault {
  return new Fault('invalid_request', detail)
}
