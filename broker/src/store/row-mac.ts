import { createHmac, createSecretKey, timingSafeEqual, type KeyObject } from 'node:crypto'
import { canonicalize } from '@agentwrit/protocol'
import type { Row, TableDescription } from './table.ts'

/**
 * HMAC-SHA-256 over [table name, row] in JCS, for rows that grant authority or bear witness: whoever can write to the
 * database but does not know the key can neither make nor change one, nor move it to another table. Unset columns are
 * left out, so that a row keeps its MAC when a later version adds a column to its table.
 */
export class RowMac {
  readonly #key: KeyObject
  readonly #proven = new ProvenRows()

  constructor(macKey: Uint8Array) {
    this.#key = createSecretKey(macKey)
  }

  /** The row as it is stored. */
  seal(table: TableDescription, row: Row): Row {
    return table.mac ? { ...row, mac: this.#of(table, row) } : row
  }

  /** The stored row without its MAC, or undefined when that is missing or wrong. */
  open(table: TableDescription, stored: Row): Row | undefined {
    if (!table.mac) return stored
    const proven = this.#proven.find(table, stored)
    if (proven !== undefined) return proven
    const { mac, ...row } = stored
    if (typeof mac !== 'string') return undefined
    // As text: the last character has bits that say nothing, and changing them is found, too.
    const [present, right] = [Buffer.from(mac), Buffer.from(this.#of(table, row))]
    if (present.length !== right.length || !timingSafeEqual(present, right)) return undefined
    this.#proven.add(table, mac, row)
    return row
  }

  #of(table: TableDescription, row: Row): string {
    const set = Object.fromEntries(Object.entries(row).filter(([, value]) => value !== null))
    return createHmac('sha256', this.#key)
      .update(canonicalize([table.name, set]))
      .digest('base64url')
  }
}

const mostProven = 256

/** Rows proven lately: every change reads the signing key, and some rows more than once. */
class ProvenRows {
  readonly #rows = new Map<string, { readonly table: TableDescription; readonly row: Row }>()

  add(table: TableDescription, mac: string, row: Row): void {
    if (this.#rows.size >= mostProven) this.#rows.clear()
    this.#rows.set(mac, { table, row })
  }

  /** The row without its MAC, if it is the same in every column as one of this table that this MAC has proven. */
  find(table: TableDescription, stored: Row): Row | undefined {
    const known = typeof stored['mac'] === 'string' ? this.#rows.get(stored['mac']) : undefined
    return known?.table === table && hasSameColumns(known.row, stored) ? known.row : undefined
  }
}

function hasSameColumns(row: Row, stored: Row): boolean {
  const columns = Object.keys(row)
  if (columns.length + 1 !== Object.keys(stored).length) return false
  return columns.every((column) => row[column] === stored[column])
}
