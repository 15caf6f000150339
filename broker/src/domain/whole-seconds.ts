/** RFC 3339 in UTC, whole seconds, rounded down. */
export function toWholeSeconds(milliseconds: number): string {
  return new Date(milliseconds).toISOString().replace(/\.\d{3}Z$/, 'Z')
}

/** The same rounded up: a client that waits for this instant never comes too early. */
export function toWholeSecondsUp(milliseconds: number): string {
  return toWholeSeconds(Math.ceil(milliseconds / 1000) * 1000)
}
