import { Fault } from '../domain/fault.ts'

/** Runs pieces of work one after the other; with `mostWaiting` waiting for their turn, one more is a Fault 503. */
export function oneAtATime(mostWaiting: number): <T>(work: () => Promise<T>) => Promise<T> {
  let unfinished = 0
  let last: Promise<unknown> = Promise.resolve()
  return async (work) => {
    if (unfinished > mostWaiting) {
      throw new Fault('service_unavailable', 'too many sign-ins are waiting', { retryAfter: 1 })
    }
    unfinished += 1
    const turn = last.then(work)
    last = turn.then(finish, finish)
    return turn
  }

  function finish(): void {
    unfinished -= 1
  }
}
