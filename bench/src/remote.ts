import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'

/** What a child process can be asked: plain data in, plain data out. */
export type Commands = { readonly [Name: string]: (argument: never) => unknown }

type Question = { readonly id: number; readonly name: string; readonly argument: unknown }
type Reply = { readonly id: number; readonly answer?: unknown; readonly failure?: string }

/** A process of its own, asked over its IPC channel. Disposing of it lets it end in good order. */
export class Remote<Asked extends Commands> implements AsyncDisposable {
  /** For signals, and for how it ended. */
  readonly child: ChildProcess
  readonly #waiting = new Map<number, (reply: Reply) => void>()
  #lastId = 0

  private constructor(child: ChildProcess) {
    this.child = child
    child.on('message', (reply: Reply) => this.#waiting.get(reply.id)?.(reply))
    child.once('exit', (code) => {
      const failure = `the process ended with exit code ${code}`
      for (const [id, settle] of this.#waiting) settle({ id, failure })
    })
  }

  /** Starts the module with these flags of Node besides our own. Its standard output is read by nobody. */
  static start<Asked extends Commands>(module: URL, flags: readonly string[]): Remote<Asked> {
    const child = fork(module, [], {
      execArgv: [...process.execArgv, ...flags],
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    })
    return new Remote<Asked>(child)
  }

  ask<Name extends keyof Asked & string>(
    name: Name,
    ...[argument]: Parameters<Asked[Name]>
  ): Promise<Awaited<ReturnType<Asked[Name]>>> {
    const id = ++this.#lastId
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, ({ answer, failure }) => {
        this.#waiting.delete(id)
        if (failure !== undefined) reject(new Error(`${name}: ${failure}`))
        // oxlint-disable-next-line no-unsafe-type-assertion -- asker and child share the type of the commands
        else resolve(answer as Awaited<ReturnType<Asked[Name]>>)
      })
      this.child.send({ id, name, argument } satisfies Question)
    })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return
    const ended = once(this.child, 'exit')
    if (this.child.connected) this.child.disconnect()
    await ended
  }
}

/** The child's side. `close` runs when the parent wants no more; then the process ends. */
export function serveCommands(commands: Commands, close: () => Promise<void>): void {
  process.on('message', ({ id, name, argument }: Question) => {
    void perform(commands[name], argument)
      .catch((error: unknown) => ({ failure: error instanceof Error ? error.message : 'failed' }))
      .then((reply) => process.send?.({ id, ...reply }))
  })
  process.once('disconnect', () => {
    void close().finally(() => process.exit())
  })
}

async function perform(command: Commands[string] | undefined, argument: unknown) {
  if (command === undefined) throw new Error('there is no such command')
  // oxlint-disable-next-line no-unsafe-type-assertion -- asker and child share the type of the commands
  return { answer: await command(argument as never) }
}
