import { TimeoutError } from '../errors.ts'
import { requireTimeout } from '../options.ts'
import type { Surroundings } from '../options.ts'
import { pauseBefore } from '../retry.ts'

export interface ReadyOptions {
  readonly timeout?: number
  readonly signal?: AbortSignal
}

const defaultTimeout = 10_000

/** Attempts until one succeeds. Rejects with a `TimeoutError`, whose cause is the last failure, or the signal's reason. */
export async function becomeReady(
  attempt: (signal: AbortSignal) => Promise<void>,
  {
    timeout = defaultTimeout,
    signal: own,
    surroundings,
  }: ReadyOptions & { readonly surroundings: Surroundings },
): Promise<void> {
  const { random, sleep } = surroundings
  const deadline = AbortSignal.timeout(requireTimeout(timeout))
  const signal = own === undefined ? deadline : AbortSignal.any([own, deadline])
  let failure: unknown
  for (let count = 0; !signal.aborted; count += 1) {
    try {
      return await attempt(signal)
    } catch (error) {
      if (error !== signal.reason) failure = error
      await sleep(pauseBefore(count, error, random), signal).catch(() => undefined)
    }
  }
  own?.throwIfAborted()
  throw new TimeoutError(`the verifier was not ready within ${timeout} ms`, { cause: failure })
}
