import { createHmac, createSecretKey, timingSafeEqual, type KeyObject } from 'node:crypto'
import { canonicalize } from '@agentwrit/protocol'
import type { Row, TableDescription } from './table.ts'

/**
 * HMAC-SHA-256 over [table name, row] in JCS, for rows that grant authority or bear witness: whoever can write to the
 * database but does not know the key can neither make nor change one, nor move it to another table.
 */
export class RowMac {
  readonly #key: KeyObject

  constructor(macKey: Uint8Array) {
    this.#key = createSecretKey(macKey)
  }

  /** The row as it is stored. */
  seal(table: TableDescription, row: Row): Row {
    return table.mac ? { ...row, mac: this.#of(table, row).toString('base64url') } : row
  }

  /** The stored row without its MAC, or undefined when that is missing or wrong. */
  open(table: TableDescription, stored: Row): Row | undefined {
    if (!table.mac) return stored
    const { mac, ...row } = stored
    if (typeof mac !== 'string') return undefined
    const [present, right] = [Buffer.from(mac, 'base64url'), this.#of(table, row)]
    return present.length === right.length && timingSafeEqual(present, right) ? row : undefined
  }

  #of(table: TableDescription, row: Row): Buffer {
    return createHmac('sha256', this.#key)
      .update(canonicalize([table.name, row]))
      .digest()
  }
}
