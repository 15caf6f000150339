import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Operator, Verification } from '@agentwrit/client'
import { Remote } from '../../../bench/src/remote.ts'
import type { Duty, ResourceServerCommands, Watched } from './resource-server.ts'

/** Milliseconds between two questions. */
const pause = 5
/** Milliseconds for a process to end; that of a verifier gives its token back first. */
const longestEnd = 10_000
const program = new URL('resource-server.ts', import.meta.url)

/** A real process with an offline verifier. */
export class ResourceServer implements AsyncDisposable {
  readonly child: ChildProcess
  readonly #remote: Remote<ResourceServerCommands>

  private constructor() {
    this.#remote = Remote.start(program, ['--conditions=agentwrit-source'])
    this.child = this.#remote.child
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
    await server.#remote.ask('begin', { ...duty, credentials })
    return server
  }

  verify(token: string): Promise<Verification> {
    return this.#remote.ask('verify', token)
  }

  async untilAccepted(token: string): Promise<void> {
    while (!(await this.verify(token)).ok) await sleep(pause)
  }

  async untilRevoked(token: string): Promise<void> {
    while (!isRevoked(await this.verify(token))) await sleep(pause)
  }

  /** Looks at a token every millisecond, until `settle`. */
  watch(token: string): Promise<void> {
    return this.#remote.ask('watch', token)
  }

  /** Resolves when the watched token is known to be dead, and `living` is accepted. */
  settle(living: string): Promise<Watched> {
    return this.#remote.ask('settle', living)
  }

  /** What the verifier has reported so far. */
  countErrors(): Promise<number> {
    return this.#remote.ask('countErrors')
  }

  /** Closes the verifier, and resolves to the exit code when the process has ended by itself; rejects if it lives on. */
  async close(): Promise<number | null> {
    const ended = once(this.child, 'exit', { signal: AbortSignal.timeout(longestEnd) })
    await Promise.all([this.#remote.ask('close'), ended])
    return this.child.exitCode
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.child.kill('SIGKILL')
    await this.#remote[Symbol.asyncDispose]()
  }
}

function isRevoked(result: Verification): boolean {
  return !result.ok && result.reason === 'token_revoked'
}
