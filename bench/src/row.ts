import type { Spread } from './statistics.ts'

/** One line of the table. */
export interface Row {
  readonly name: string
  /** What is compared with what. */
  readonly what: string
  readonly targets: readonly Target[]
  measure(bench: Bench): Promise<Finding[]>
}

/** What a figure of the row must reach. */
export type Target = { readonly figure: string; readonly goal?: number } & (
  | { readonly atMost: number }
  | { readonly atLeast: number }
  | { readonly below: number }
)

/** A measured figure. Without a target of its name it is told for information. */
export interface Finding {
  readonly figure: string
  readonly unit: Unit
  readonly value: Spread
  /** Medians of the two sides. */
  readonly sides: Sides
}

export type Unit = 'ratio' | 'seconds' | 'milliseconds' | 'microseconds' | 'megabytes'

export interface Sides {
  readonly unit: string
  readonly measured: number
  readonly yardstick: number
}

/** How much is measured, and where. */
export interface Bench {
  /** A few seconds for each row, to see that all of it runs: the figures mean nothing. */
  readonly isQuick: boolean
  /** 1 M audit events, and 100 k tokens, instead of a tenth. */
  readonly isFull: boolean
  /** Where profiles of the servers go. */
  readonly profileFolder: string | undefined
  /** A folder that goes away with the bench. */
  temporaryFolder(): Promise<string>
  progress(text: string): void
}
