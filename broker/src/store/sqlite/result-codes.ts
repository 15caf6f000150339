// What SQLite's errors mean here, by result code (https://www.sqlite.org/rescode.html).

const full = 13
const constraint = 19

/** The change itself is at fault, so the batch can go on without it: a constraint, or a value SQLite does not take. */
export function isDefect(error: unknown): error is Error {
  if (!(error instanceof Error)) return false
  const code = resultCode(error)
  return code === undefined || code === constraint
}

/** The disk is full: nothing of the transaction was written, and room can be made. */
export function isFull(error: unknown): boolean {
  return error instanceof Error && resultCode(error) === full
}

function resultCode(error: Error): number | undefined {
  if (!('errcode' in error) || typeof error.errcode !== 'number') return undefined
  // The low byte of an extended code is the primary one.
  return error.errcode & 0xff
}
