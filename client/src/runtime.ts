// What differs between Node, Bun, Deno and browsers: all of it is asked here, and nothing is imported for it.

/** One variable of the process; undefined where there is none, or it is empty. Deno may refuse, and says so itself. */
export function readEnvironment(name: string): string | undefined {
  const deno = memberOf(memberOf(globalThis, 'Deno'), 'env')
  const get = memberOf(deno, 'get')
  const value: unknown =
    typeof get === 'function'
      ? Reflect.apply(get, deno, [name])
      : memberOf(memberOf(memberOf(globalThis, 'process'), 'env'), name)
  return typeof value === 'string' && value.trim() !== '' ? value.trim() : undefined
}

/** Whether whoever sits in front of this program can read all that it holds. Workers of a page have no document. */
export function isBrowser(): boolean {
  const userAgent = memberOf(memberOf(globalThis, 'navigator'), 'userAgent')
  const isNamedSo = typeof userAgent === 'string' && userAgent.startsWith('Mozilla/')
  return isNamedSo || memberOf(globalThis, 'document') !== undefined
}

/** Calls back once, and keeps no process alive for it; returns how to call it off. */
export function wakeAfter(milliseconds: number, wake: () => void): () => void {
  // A number in browsers and Deno, an object in Node and Bun.
  const timer = setTimeout(wake, milliseconds)
  const deno = memberOf(globalThis, 'Deno')
  call(memberOf(deno, 'unrefTimer'), deno, timer)
  call(memberOf(timer, 'unref'), timer)
  return () => clearTimeout(timer)
}

function call(method: unknown, of: unknown, ...given: readonly unknown[]): void {
  if (typeof method === 'function') Reflect.apply(method, of, given)
}

function memberOf(of: unknown, name: string): unknown {
  const holds = (typeof of === 'object' && of !== null) || typeof of === 'function'
  return holds ? Reflect.get(of, name) : undefined
}
