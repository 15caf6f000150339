import { type ErrorCode, errorCodes } from '@agentwrit/protocol'
import { type Document, routesOf, successOf } from './document.ts'
import { errorExamples } from './error-examples.ts'
import type { Exchange } from './exchange.ts'
import { describedBy } from './require-described.ts'
import { routeExamples } from './route-examples.ts'
import { type Example, Stage } from './stage.ts'

export interface Performed {
  readonly document: Document
  /** By method and path. */
  readonly routes: ReadonlyMap<string, Exchange>
  readonly errors: ReadonlyMap<ErrorCode, Exchange>
}

/** Performs every example, and requires of each that it shows what it is for. */
export async function performExamples(): Promise<Performed> {
  const document = await readDocument()
  const entries = routesOf(document)
  requireExamples(entries.map(({ name }) => name))
  const requireDescribed = describedBy(document)
  const routes = await together(entries, async ({ name, method, path, operation }) => {
    const exchange = await perform(exampleOf(name))
    const { status, body } = exchange.answer
    if (status !== successOf(operation).status)
      throw new Error(`${name} answers ${status}: ${body}`)
    requireDescribed(method, path, exchange.answer)
    return [name, exchange] as const
  })
  const errors = await together(errorCodes, async (code) => {
    const exchange = await perform(errorExamples[code].show)
    const { error_code: answered } = JSON.parse(exchange.answer.body)
    if (answered !== code) throw new Error(`the example of ${code} shows ${answered}`)
    return [code, exchange] as const
  })
  return { document, routes: new Map(routes), errors: new Map(errors) }
}

/** Every route has an example, and every example its route. */
export function requireExamples(names: readonly string[]): void {
  names.forEach(exampleOf)
  const left = Object.keys(routeExamples).filter((name) => !names.includes(name))
  if (left.length > 0) throw new Error(`examples of no route: ${left.join(', ')}`)
}

function exampleOf(name: string): Example {
  const example = routeExamples[name]
  if (example !== undefined) return example
  throw new Error(`${name} has no example: add one to scripts/api-page/route-examples*.ts`)
}

async function readDocument(): Promise<Document> {
  await using stage = await Stage.open()
  const { answer } = await stage.ask('GET', '/v1/openapi.json')
  return JSON.parse(answer.body)
}

/** Each on a broker of its own: no example changes another one's ids, times or numbers. */
async function perform(example: Example): Promise<Exchange> {
  await using stage = await Stage.open()
  const { command, answer } = await example(stage)
  return { command, answer: { ...answer, body: stage.settled(answer.body) } }
}

/** A few at a time, in order of their beginning. */
async function together<Item, Result>(
  items: readonly Item[],
  work: (item: Item) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = []
  const waiting = items.entries()
  const worker = async () => {
    for (const [index, item] of waiting) results[index] = await work(item)
  }
  await Promise.all(Array.from({ length: 6 }, worker))
  return results
}
