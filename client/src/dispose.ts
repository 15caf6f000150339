import type { AgentOptions } from './agent-options.ts'
import type { Logger } from './logger.ts'

/** Who hears of an end that failed, when nobody waits for it. */
export interface ReleaseReport {
  readonly logger: Logger
  readonly onReleaseError?: AgentOptions['onReleaseError']
}

/**
 * Gives a class its end-of-scope method, but only where the runtime knows the symbol: elsewhere it would become a method
 * named "undefined".
 */
export function onDispose<Instance>(
  ofClass: { readonly prototype: Instance },
  end: (instance: Instance) => Promise<void>,
): void {
  const symbol: symbol | undefined = Symbol.asyncDispose
  if (symbol === undefined) return
  Object.defineProperty(ofClass.prototype, symbol, {
    configurable: true,
    writable: true,
    value(this: Instance): Promise<void> {
      return end(this)
    },
  })
}

/** Ends something behind a block. Never rejects: the error of the block is the one to see, and the token ends by itself soon. */
export async function endQuietly(
  end: () => Promise<void>,
  { logger, onReleaseError }: ReleaseReport,
): Promise<void> {
  try {
    await end()
  } catch (error) {
    logger.warn('a token could not be given back; it ends by itself', { error })
    try {
      await onReleaseError?.(error)
    } catch (thrown) {
      logger.warn('onReleaseError has thrown', { error: thrown })
    }
  }
}
