/** An answer that is no JSON value to be serialised: sent as it is, under the route's `produces`. */
export class RawAnswer {
  readonly body: string | Uint8Array
  readonly headers: Readonly<Record<string, string>>

  constructor(body: string | Uint8Array, headers: Readonly<Record<string, string>> = {}) {
    this.body = body
    this.headers = headers
  }
}
