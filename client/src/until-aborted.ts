/** Waits for work that others wait for too: the signal ends the waiting, with its own reason, and not the work. */
export async function untilAborted<Value>(
  work: Promise<Value>,
  signal: AbortSignal | undefined,
): Promise<Value> {
  if (signal === undefined) return work
  const listening = new AbortController()
  const aborted = new Promise<never>((_, reject) => {
    const stop = (): void => reject(signal.reason)
    signal.addEventListener('abort', stop, { once: true, signal: listening.signal })
    if (signal.aborted) stop()
  })
  try {
    return await Promise.race([work, aborted])
  } finally {
    listening.abort()
  }
}
