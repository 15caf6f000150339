// Codes with which a runtime says that no connection came about. An unknown code counts as sent: whoever repeats a
// registration that did arrive has burnt a launch token.
const neverConnected: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'UND_ERR_CONNECT_TIMEOUT',
  'ConnectionRefused',
])
// Deno has no codes, but says in which phase it failed. No URL can hold these words: it has no spaces.
const neverConnectedInDeno = /^error sending request for url \(\S*\): client error \(Connect\)/
const deepest = 4

/** Whether a failed `fetch` certainly sent nothing. */
export function wasNeverSent(error: unknown, depth = 0): boolean {
  if (!(error instanceof Error) || depth > deepest) return false
  if ('syscall' in error && error.syscall === 'connect') return true
  if ('code' in error && typeof error.code === 'string') return neverConnected.has(error.code)
  return neverConnectedInDeno.test(error.message) || wasNeverSent(error.cause, depth + 1)
}
