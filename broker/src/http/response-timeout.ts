import type { FastifyReply } from 'fastify'
import { Fault } from '../domain/fault.ts'

/** Milliseconds from the start of the work to its answer (contract 1.1). */
export const RESPONSE_TIMEOUT = 30_000

/**
 * The work's result, unless it takes too long: then 503 is answered, and what the work does later is not shown. Fastify's
 * own `handlerTimeout` no longer fires once a body has been read.
 */
export async function withinResponseTime<Value>(
  reply: FastifyReply,
  work: Promise<Value>,
): Promise<Value> {
  const overdue = setTimeout(refuse, RESPONSE_TIMEOUT, reply)
  try {
    return await work
  } finally {
    clearTimeout(overdue)
  }
}

function refuse(reply: FastifyReply): void {
  if (reply.sent) return
  // A change may have been made by now, or may still be.
  const { method } = reply.request
  const isReading = method === 'GET' || method === 'HEAD'
  reply.send(tooSlow(isReading ? undefined : 'outcome unknown'))
}

function tooSlow(hint: string | undefined): Fault {
  const options = { retryAfter: 1, ...(hint === undefined ? {} : { hint }) }
  return new Fault('service_unavailable', 'the request took too long', options)
}
