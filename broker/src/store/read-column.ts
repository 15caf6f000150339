// Reading a row into a record. What does not have the described form is an error, never a guess: whoever asked is
// told that the store does not answer.
import type { Row } from './table.ts'

export function readText(row: Row, column: string): string {
  const value = row[column]
  if (typeof value !== 'string') throw new TypeError(`column ${column} holds no text`)
  return value
}

export function readInteger(row: Row, column: string): number {
  const value = row[column]
  if (typeof value !== 'number' || !Number.isInteger(value)) {
    throw new TypeError(`column ${column} holds no whole number`)
  }
  return value
}

export function readFlag(row: Row, column: string): boolean {
  return readInteger(row, column) === 1
}

export function readOneOf<Name extends string>(
  row: Row,
  column: string,
  names: readonly Name[],
): Name {
  const found = names.find((name) => name === row[column])
  if (found === undefined) throw new TypeError(`column ${column} holds no known name`)
  return found
}

export function readList(row: Row, column: string): string[] {
  const value: unknown = JSON.parse(readText(row, column))
  if (!Array.isArray(value)) throw new TypeError(`column ${column} holds no list`)
  return value.map(String)
}

/** Made for spreading: `{ ...ifText(row, 'app_id', (appId) => ({ appId })) }` leaves the member out when unset. */
export function ifText<Member>(row: Row, column: string, make: (value: string) => Member) {
  return row[column] === null ? undefined : make(readText(row, column))
}

export function ifInteger<Member>(row: Row, column: string, make: (value: number) => Member) {
  return row[column] === null ? undefined : make(readInteger(row, column))
}
