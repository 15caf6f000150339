// What a broker takes from around it; tests bring their own.

/** Milliseconds since the epoch. */
export type Clock = () => number
/** That many bytes from a CSPRNG. */
export type Random = (bytes: number) => Uint8Array

export interface Log {
  info(fields: object, message: string): void
  warn(fields: object, message: string): void
  error(fields: object, message: string): void
}
