import { FaultProxy } from '../../../bench/src/fault-proxy/fault-proxy.ts'
import { startBrokerProcess, type BrokerFiles, type BrokerProcess } from './broker-process.ts'

/** What stands between a verifier and what it follows. */
export interface Disturbance {
  /** Whether the broker can still be told to revoke something. */
  readonly leavesBroker: boolean
  /** Until its end; else it is over when it has begun. */
  readonly lasts: boolean
  readonly begin: () => Promise<void>
  readonly end: () => Promise<void>
}

/** A broker that comes back under the same URL after it was stopped, and a line to it that can be disturbed. */
export class DisturbedBroker implements AsyncDisposable {
  readonly url: string
  readonly line: FaultProxy
  readonly disturbances: Readonly<Record<string, Disturbance>>
  readonly #files: BrokerFiles
  #process: BrokerProcess

  private constructor(files: BrokerFiles, process: BrokerProcess, line: FaultProxy) {
    this.#files = files
    this.#process = process
    this.url = process.url
    this.line = line
    this.disturbances = {
      none: { leavesBroker: true, lasts: false, begin: nothing, end: nothing },
      'connections cut': {
        leavesBroker: true,
        lasts: false,
        begin: async () => line.cutAll(),
        end: nothing,
      },
      ...this.#ofLine('line cut', () => line.refuse()),
      ...this.#ofLine('line held', () => line.hold()),
      ...this.#ofLine('black hole', () => line.blackHole()),
      'line cut, SIGKILL': {
        leavesBroker: true,
        lasts: true,
        begin: () => line.refuse(),
        end: async () => {
          await this.#process.kill9()
          await this.#startAgain()
          await line.resume()
        },
      },
      ...this.#ofBroker('SIGTERM', async () => void (await this.#process.stop())),
      ...this.#ofBroker('SIGKILL', () => this.#process.kill9()),
    }
  }

  static async start(files: BrokerFiles): Promise<DisturbedBroker> {
    const process = await startBrokerProcess(files)
    const line = await FaultProxy.start({ target: process.url })
    return new DisturbedBroker(files, process, line)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.line[Symbol.asyncDispose]()
    await this.#process.kill9()
  }

  #ofLine(name: string, begin: () => Promise<void>): Record<string, Disturbance> {
    return { [name]: { leavesBroker: true, lasts: true, begin, end: () => this.line.resume() } }
  }

  #ofBroker(name: string, begin: () => Promise<void>): Record<string, Disturbance> {
    return { [name]: { leavesBroker: false, lasts: true, begin, end: () => this.#startAgain() } }
  }

  async #startAgain(): Promise<void> {
    const environment = { AA_PORT: new URL(this.url).port }
    this.#process = await startBrokerProcess(this.#files, { environment })
  }
}

const nothing = async () => undefined
