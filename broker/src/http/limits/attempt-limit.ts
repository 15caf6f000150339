import type { FastifyRequest } from 'fastify'
import type { Refusal } from '../../domain/audit/refusal.ts'
import { neighbourhoodOf, sourceNetwork } from '../../domain/audit/source-network.ts'
import { Fault } from '../../domain/fault.ts'
import type { Clock } from '../../domain/surroundings.ts'
import type { JsonObject } from '../body/json-body.ts'
import { RateLimiter, type RateLimit } from './rate-limit.ts'

/** A limit per account and client address together: nobody locks an account out from elsewhere (contract 1.7). */
export interface AttemptLimit extends RateLimit {
  /** The member of the body that names the account. */
  readonly account: string
  /** Characters an account has at most. */
  readonly longest: number
  readonly refusal: Refusal
}

type Refuse = (request: FastifyRequest, body: JsonObject | Fault) => Fault | undefined

/** Tests the limit of a request's route once its body is parsed; every attempt counts, whatever becomes of it. */
export function attemptLimits(clock: Clock): Refuse {
  const limiters = new Map<AttemptLimit, RateLimiter>()
  return ({ route, sourceIp }, body) => {
    const limit = route?.attemptLimit
    if (limit === undefined) return undefined
    const limiter = limiters.get(limit) ?? new RateLimiter(limit, clock)
    limiters.set(limit, limiter)
    const network = sourceNetwork(sourceIp)
    const wait = limiter.take(keyOf(limit, network, body), neighbourhoodOf(network))
    if (wait === 0) return undefined
    const { refusal } = limit
    return new Fault('rate_limited', 'too many attempts', { retryAfter: wait / 1000, refusal })
  }
}

/** The address alone where nothing names an account. No address holds a space, so no two keys are mistaken. */
function keyOf({ account, longest }: AttemptLimit, network: string, body: JsonObject | Fault) {
  const name = body instanceof Fault ? undefined : body[account]
  if (typeof name !== 'string' || name === '' || name.length > longest) return network
  return `${network} ${name}`
}
