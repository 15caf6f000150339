/** Calls what was handed in, now. An error in it, or in a promise that it returns, changes nothing for whoever calls. */
export function callQuietly(handedIn: () => unknown): void {
  void settle(handedIn)
}

async function settle(handedIn: () => unknown): Promise<void> {
  try {
    await handedIn()
  } catch {
    // Nor does it end the process by a promise that is rejected.
  }
}
