import type { Random } from '../../domain/surroundings.ts'

const legal = /^[A-Za-z0-9._-]{1,128}$/

/** Hex characters of an id of ours, and random bytes drawn at once: one call costs as much as the rest of a request. */
const LENGTH = 16
const POOL = 1024

/** Names the request: the client's own id if it can do no harm in a log or header, else 16 random hex characters. */
export function requestIdFrom(random: Random): (given: string | string[] | undefined) => string {
  let pool = ''
  let used = 0
  return (given) => {
    if (typeof given === 'string' && legal.test(given)) return given
    if (used + LENGTH > pool.length) {
      pool = Buffer.from(random(POOL)).toString('hex')
      used = 0
    }
    used += LENGTH
    return pool.slice(used - LENGTH, used)
  }
}
