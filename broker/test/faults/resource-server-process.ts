import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Operator, Verification } from '@agentwrit/client'
import type { Duty, Order, Watched } from './resource-server.ts'

interface Waiting {
  readonly resolve: (result: unknown) => void
  readonly reject: (reason: unknown) => void
}

/** Milliseconds between two questions. */
const pause = 5
/** Milliseconds for a process to end; that of a verifier gives its token back first. */
const longestEnd = 10_000
const program = join(import.meta.dirname, 'resource-server.ts')

/** A real process with an offline verifier. */
export class ResourceServer implements AsyncDisposable {
  readonly child: ChildProcess
  readonly #ended: Promise<unknown>
  readonly #waiting = new Map<number, Waiting>()
  #orders = 0

  private constructor() {
    this.child = fork(program, { execArgv: ['--conditions=agentwrit-source'], stdio: 'inherit' })
    this.#ended = once(this.child, 'exit')
    this.child.on('message', ({ id, result, failure }: Answer) => {
      const waiting = this.#waiting.get(id)
      this.#waiting.delete(id)
      if (failure === undefined) waiting?.resolve(result)
      else waiting?.reject(new Error(failure))
    })
    this.child.once('exit', () => {
      for (const { reject } of this.#waiting.values()) reject(new Error('the process has ended'))
    })
    const killWithUs = () => this.child.kill('SIGKILL')
    process.once('exit', killWithUs)
    this.child.once('exit', () => process.off('exit', killWithUs))
  }

  /** Resolves when its verifier is ready; `operator` registers it. */
  static async start(
    operator: Operator,
    duty: Pick<Duty, 'broker' | 'maxStaleness'>,
  ): Promise<ResourceServer> {
    const made = await operator.registerApp({ name: 'records', scopes: [], role: 'verifier' })
    const credentials = { clientId: made.client_id, clientSecret: made.client_secret }
    const server = new ResourceServer()
    await server.#obey({ order: 'begin', duty: { ...duty, credentials } })
    return server
  }

  verify(token: string): Promise<Verification> {
    return this.#obey({ order: 'verify', token }) as Promise<Verification>
  }

  async untilAccepted(token: string): Promise<void> {
    while (!(await this.verify(token)).ok) await sleep(pause)
  }

  async untilRevoked(token: string): Promise<void> {
    while (!isRevoked(await this.verify(token))) await sleep(pause)
  }

  /** Looks at a token every millisecond, until `settle`. */
  async watch(token: string): Promise<void> {
    await this.#obey({ order: 'watch', token })
  }

  /** Resolves when the watched token is known to be dead, and `living` is accepted. */
  settle(living: string): Promise<Watched> {
    return this.#obey({ order: 'settle', token: living }) as Promise<Watched>
  }

  /** What the verifier has reported so far. */
  countErrors(): Promise<number> {
    return this.#obey({ order: 'countErrors' }) as Promise<number>
  }

  /** Closes the verifier, and resolves to the exit code when the process has ended by itself; rejects if it lives on. */
  async close(): Promise<number | null> {
    const ended = once(this.child, 'exit', { signal: AbortSignal.timeout(longestEnd) })
    await Promise.all([this.#obey({ order: 'close' }), ended])
    return this.child.exitCode
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.child.kill('SIGKILL')
    await this.#ended
  }

  #obey(order: Order): Promise<unknown> {
    const id = (this.#orders += 1)
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject })
      this.child.send({ id, ...order })
    })
  }
}

function isRevoked(result: Verification): boolean {
  return !result.ok && result.reason === 'token_revoked'
}

interface Answer {
  readonly id: number
  readonly result?: unknown
  readonly failure?: string
}
