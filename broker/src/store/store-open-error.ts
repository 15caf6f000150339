/** The store cannot be opened; the message is a sentence for the person who starts the broker. */
export class StoreOpenError extends Error {
  override readonly name = 'StoreOpenError'
}
