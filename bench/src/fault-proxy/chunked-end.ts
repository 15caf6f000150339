/** Finds where a body in chunks ends (RFC 9112, section 7.1), however the bytes come in. */
export class ChunkedEnd {
  #line = ''
  #data = 0
  #isLast = false

  /** How many of these bytes belong to the body, and whether it ends with them. */
  measure(bytes: Buffer): { readonly length: number; readonly ends: boolean } {
    let at = 0
    while (at < bytes.length) {
      if (this.#data > 0) {
        const skipped = Math.min(this.#data, bytes.length - at)
        this.#data -= skipped
        at += skipped
      } else {
        this.#line += String.fromCharCode(bytes[at] ?? 0)
        at += 1
        if (this.#line.endsWith('\r\n') && this.#endsAt(this.#line.slice(0, -2)))
          return { length: at, ends: true }
      }
    }
    return { length: at, ends: false }
  }

  /** Reads a line between data: a size, or one of the trailers, of which the empty one is the end. */
  #endsAt(line: string): boolean {
    this.#line = ''
    if (this.#isLast) return line === ''
    const size = Number.parseInt(line, 16)
    this.#isLast = size === 0
    // With the line break behind the data.
    this.#data = size > 0 ? size + 2 : 0
    return false
  }
}
