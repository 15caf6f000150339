import { Connection } from './connection.ts'

/** Every task once, over so many connections, each of which has one request in flight. Resolves to seconds. */
export async function shareWork<Task>(
  { port, connections }: { readonly port: number; readonly connections: number },
  tasks: Iterable<Task>,
  perform: (connection: Connection, task: Task) => Promise<void>,
): Promise<number> {
  using opened = new DisposableStack()
  const all: Connection[] = []
  for (let count = 0; count < connections; count += 1) {
    all.push(opened.use(await Connection.open(port)))
  }
  using awake = stayAwake()
  const startedAt = performance.now()
  const remaining = tasks[Symbol.iterator]()
  await Promise.all(
    all.map(async (connection) => {
      for (let next = remaining.next(); next.done !== true; next = remaining.next()) {
        await perform(connection, next.value)
      }
    }),
  )
  return (performance.now() - startedAt) / 1000
}

/**
 * Polls instead of sleeping: else every answer would wake this process up, which the kernel puts on the server's
 * account, and more often the slower the server is.
 */
function stayAwake(): Disposable {
  let next: NodeJS.Immediate
  const poll = () => {
    next = setImmediate(poll)
  }
  poll()
  return { [Symbol.dispose]: () => clearImmediate(next) }
}
