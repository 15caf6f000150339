import { parentPort, Worker, type ResourceLimits } from 'node:worker_threads'

/** `never`, because only the asker knows the type of what is answered, and only the answerer of what is asked. */
interface Question {
  readonly id: number
  readonly question: never
}

type Reply = { readonly id: number } & (
  | { readonly answer: never }
  | { readonly failure: { readonly name: string; readonly message: string } }
)

/** A worker thread that is asked questions and answers them in order. */
export class Thread {
  readonly #worker: Worker
  readonly #waiting = new Map<number, (reply: Reply) => void>()
  #lastId = 0
  #isEnding = false

  /**
   * @param name of the worker's file, without its ending: `.ts` in the sources, `.js` when built.
   * @param fatal told when the thread ends by itself.
   * @param limits of its memory, beyond those of Node.
   */
  constructor(name: string, fatal: (error: Error) => void, limits: ResourceLimits = {}) {
    const ending = import.meta.url.endsWith('.ts') ? '.ts' : '.js'
    const file = new URL(`./${name}${ending}`, import.meta.url)
    this.#worker = new Worker(file, { resourceLimits: limits })
    this.#worker.on('message', (reply: Reply) => this.#waiting.get(reply.id)?.(reply))
    this.#worker.on('error', (error) => this.#fail(error, fatal))
    this.#worker.on('exit', () => this.#fail(new Error(`the thread ${name} ended`), fatal))
  }

  /** How many questions have not been answered yet. */
  get waiting(): number {
    return this.#waiting.size
  }

  ask<Answer>(question: unknown): Promise<Answer> {
    this.#lastId += 1
    const id = this.#lastId
    return new Promise((resolve, reject) => {
      if (this.#isEnding) return reject(new Error('the thread has ended'))
      this.#waiting.set(id, (reply) => {
        this.#waiting.delete(id)
        if ('failure' in reply) reject(Object.assign(new Error(), reply.failure))
        else resolve(reply.answer)
      })
      return this.#worker.postMessage({ id, question }, [])
    })
  }

  async close(): Promise<void> {
    this.#isEnding = true
    await this.#worker.terminate()
  }

  #fail(error: unknown, fatal: (error: Error) => void): void {
    const isUnexpected = !this.#isEnding
    this.#isEnding = true
    const message = error instanceof Error ? error.message : 'the thread failed'
    for (const [id, settle] of this.#waiting) settle({ id, failure: { name: 'Error', message } })
    if (isUnexpected) fatal(new Error(message, { cause: error }))
  }
}

/** The other side: answers questions one after the other. `afterwards` runs when an answer is on its way. */
export function answerQuestions(
  answer: (question: never) => Promise<unknown>,
  afterwards: () => void = () => undefined,
): void {
  let previous = Promise.resolve()
  parentPort?.on('message', (asked: Question) => {
    previous = after(previous, asked)
  })

  async function after(earlier: Promise<void>, { id, question }: Question): Promise<void> {
    await earlier
    parentPort?.postMessage({ id, ...(await attempt(answer, question)) }, [])
    afterwards()
  }
}

async function attempt(answer: (question: never) => Promise<unknown>, question: never) {
  try {
    return { answer: await answer(question) }
  } catch (error) {
    const { name, message } = error instanceof Error ? error : new Error('the thread failed')
    return { failure: { name, message } }
  }
}
