/**
 * Gives a class its end-of-scope method, but only where the runtime knows the symbol: elsewhere it would become a method
 * named "undefined".
 */
export function onDispose<Instance>(
  ofClass: { readonly prototype: Instance },
  end: (instance: Instance) => Promise<void>,
): void {
  const symbol: symbol | undefined = Symbol.asyncDispose
  if (symbol === undefined) return
  Object.defineProperty(ofClass.prototype, symbol, {
    configurable: true,
    writable: true,
    async value(this: Instance): Promise<void> {
      // Best effort: the token ends by itself soon, and the error of the block is the one to see.
      await end(this).catch(() => undefined)
    },
  })
}
