// Signatures are verified in a thread of their own, so that a flood of bad tokens costs the HTTP loop almost nothing.
// Batched like a group commit: what arrives while one batch is out forms the next; alone a signature waits for no one.
// Bounded: a full queue is 503, and so is whatever was in flight when the thread died: nobody guesses a verdict.
import { Worker } from 'node:worker_threads'
import { Fault } from '../domain/fault.ts'
import { PUBLIC_KEY_LENGTH, SIGNATURE_LENGTH } from './ed25519.ts'
import { packBatch, type SignatureCheck } from './verify-batch.ts'

const MOST_WAITING = 1024
const LARGEST_BATCH = 64
const RESTART_INTERVAL = 1000

export interface VerifyQueueOptions {
  /** Milliseconds of a clock that is never set back. */
  readonly now?: () => number
  readonly startWorker?: () => Worker
}

interface Waiting {
  readonly check: SignatureCheck
  readonly resolve: (verifies: boolean) => void
  readonly reject: (fault: Fault) => void
}

export class VerifyQueue implements AsyncDisposable {
  readonly #now: () => number
  readonly #startWorker: () => Worker
  #worker: Worker | undefined
  #startedAt = -Infinity
  #waiting: Waiting[] = []
  #inFlight: Waiting[] = []
  #isClosed = false

  constructor({ now = monotonicNow, startWorker = startVerifyWorker }: VerifyQueueOptions = {}) {
    this.#now = now
    this.#startWorker = startWorker
    this.#worker = this.#start()
  }

  async verify(check: SignatureCheck): Promise<boolean> {
    if (check.publicKey.length !== PUBLIC_KEY_LENGTH) return false
    if (check.signature.length !== SIGNATURE_LENGTH) return false
    if (this.#isClosed) throw unavailable('the broker is stopping')
    if (this.#waiting.length >= MOST_WAITING) throw unavailable('too many signatures are waiting')
    return new Promise((resolve, reject) => {
      this.#waiting.push({ check, resolve, reject })
      this.#sendBatch()
    })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isClosed = true
    const worker = this.#worker
    this.#worker = undefined
    this.#deny([...this.#takeInFlight(), ...this.#takeWaiting(Infinity)])
    await worker?.terminate()
  }

  #sendBatch(): void {
    if (this.#inFlight.length > 0 || this.#waiting.length === 0) return
    try {
      this.#worker ??= this.#start()
    } catch (error) {
      // The machine has no thread left to give.
      return this.#deny(this.#takeWaiting(Infinity), error)
    }
    if (this.#worker === undefined) return this.#deny(this.#takeWaiting(Infinity))
    this.#inFlight = this.#takeWaiting(LARGEST_BATCH)
    const packed = packBatch(this.#inFlight.map(({ check }) => check))
    // An idle thread keeps no process alive, one that owes an answer does.
    this.#worker.ref()
    this.#worker.postMessage(packed, [packed.buffer])
  }

  /** Undefined while the last start is less than a second ago: a thread that dies at once must not eat the machine. */
  #start(): Worker | undefined {
    const startedAt = this.#now()
    if (startedAt - this.#startedAt < RESTART_INTERVAL) return undefined
    this.#startedAt = startedAt
    const worker = this.#startWorker()
    worker.unref()
    worker.on('message', (verdicts: unknown) => this.#answer(worker, verdicts))
    worker.on('messageerror', (error) => this.#replace(worker, error))
    worker.on('error', (error) => this.#replace(worker, error))
    worker.on('exit', () => this.#replace(worker))
    return worker
  }

  #answer(worker: Worker, verdicts: unknown): void {
    if (worker !== this.#worker) return
    if (!(verdicts instanceof Uint8Array) || verdicts.length !== this.#inFlight.length) {
      return this.#replace(worker)
    }
    worker.unref()
    for (const [position, { resolve }] of this.#takeInFlight().entries()) {
      resolve(verdicts[position] === 1)
    }
    this.#sendBatch()
  }

  #replace(worker: Worker, cause?: unknown): void {
    if (worker !== this.#worker) return
    this.#worker = undefined
    void worker.terminate()
    this.#deny(this.#takeInFlight(), cause)
    this.#sendBatch()
  }

  #deny(denied: readonly Waiting[], cause?: unknown): void {
    for (const { reject } of denied) reject(unavailable('signatures cannot be verified now', cause))
  }

  #takeInFlight(): Waiting[] {
    const taken = this.#inFlight
    this.#inFlight = []
    return taken
  }

  #takeWaiting(most: number): Waiting[] {
    return this.#waiting.splice(0, most)
  }
}

export function startVerifyWorker(): Worker {
  // The compiler does not rewrite the extension inside a URL. The thread gets no environment: it needs no secret.
  const file = import.meta.url.endsWith('.ts') ? './verify-worker.ts' : './verify-worker.js'
  return new Worker(new URL(file, import.meta.url), { name: 'verify', env: {} })
}

function monotonicNow(): number {
  return performance.now()
}

function unavailable(detail: string, cause?: unknown): Fault {
  return new Fault('service_unavailable', detail, { retryAfter: 1, cause })
}
