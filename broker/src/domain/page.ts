// Pages of a list (contract 1.8): what was asked for, what is shown of it, and where the next page begins.
import { Fault } from './fault.ts'

export interface ListQuery {
  /** As asked; 0 is the default of 100, more than 1000 is 1000. */
  readonly limit?: number | undefined
  readonly cursor?: string | undefined
}

/** How many items one page shows. */
export function pageLimit(asked = 0): number {
  return asked === 0 ? 100 : Math.min(asked, 1000)
}

/** What the store is asked for: one more than is shown tells whether another page follows. */
export function pageBehind<Place>(limit: number, after: Place | undefined) {
  return { limit: limit + 1, ...(after === undefined ? {} : { after }) }
}

/** The page of what was found, and the cursor of the next one: `toCursor` of the last item shown. */
export function toPage<Item>(
  found: readonly Item[],
  limit: number,
  toCursor: (last: Item) => string,
): { readonly shown: readonly Item[]; readonly next: { readonly next_cursor?: string } } {
  const shown = found.slice(0, limit)
  const last = shown.at(-1)
  const isLast = found.length <= limit || last === undefined
  return { shown, next: isLast ? {} : { next_cursor: toCursor(last) } }
}

/** A cursor that no page has given. */
export function badCursor(): Fault {
  return new Fault('invalid_request', 'cursor is the next_cursor of a page before')
}
