import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Context } from '../../domain/context.ts'
import type { Fault } from '../../domain/fault.ts'
import { originOf } from '../origin.ts'
import { sendProblem, statusOf } from './problem.ts'
import { isSchemaError, toFault } from './to-fault.ts'

type AnswerError = (error: unknown, request: FastifyRequest, reply: FastifyReply) => Promise<void>

/** Every error ends here: logged if it is ours, audited if it is a refusal, and only then answered. */
export function answerErrors({ log, live }: Context): AnswerError {
  return async (error, request, reply) => {
    const fault = toFault(error)
    logOwnFailure(log, fault, request)
    const refusal = fault.refusal ?? refusalOfInvalid(error, fault, request)
    if (refusal !== undefined) await live.refusals.record(originOf(request), refusal)
    if (!reply.sent) sendProblem(request, reply, fault)
  }
}

function logOwnFailure(log: Context['log'], fault: Fault, request: FastifyRequest): void {
  if (statusOf(fault.code) < 500) return
  const fields = { request_id: request.id, route: originOf(request).route, err: fault.cause }
  if (fault.code === 'internal_error') log.error(fields, 'a request failed unexpectedly')
  else log.warn(fields, fault.message)
}

/** A body that breaks a schema is audited where its route says so. */
function refusalOfInvalid(error: unknown, fault: Fault, { route, caller }: FastifyRequest) {
  if (!isSchemaError(error) || caller === undefined) return undefined
  return route?.refuseInvalid?.(caller, fault.message)
}
