import { Connection } from './connection.ts'

export interface Asking {
  readonly port: number
  /** Each has one request in flight. */
  readonly connections: number
  /**
   * Polls instead of sleeping. Else every answer has to wake this process up, which the kernel puts on the server's
   * account, and more often the slower the server is. For measuring CPU alone: it takes a processor for itself.
   */
  readonly polls?: boolean
}

/** Every task once, over all connections. Resolves to seconds. */
export async function shareWork<Task>(
  { port, connections, polls = false }: Asking,
  tasks: Iterable<Task>,
  perform: (connection: Connection, task: Task) => Promise<void>,
): Promise<number> {
  using opened = new DisposableStack()
  const all: Connection[] = []
  for (let count = 0; count < connections; count += 1) {
    all.push(opened.use(await Connection.open(port)))
  }
  if (polls) opened.use(stayAwake())
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

function stayAwake(): Disposable {
  let next: NodeJS.Immediate
  const poll = () => {
    next = setImmediate(poll)
  }
  poll()
  return { [Symbol.dispose]: () => clearImmediate(next) }
}
