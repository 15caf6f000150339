import { randomBytes } from 'node:crypto'

/** A name that nobody else on the broker has. */
export function randomName(prefix: string): string {
  return `${prefix}-${randomHex(6)}`
}

export function randomHex(bytes: number): string {
  return randomBytes(bytes).toString('hex')
}
