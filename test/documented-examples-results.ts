import { inspect } from 'node:util'
import { createContext, runInContext } from 'node:vm'
import type { Example } from './documented-examples-blocks.ts'

/** What a line `expression // value` of an example gives, and what it shows. */
export interface Result {
  readonly place: string
  readonly given: string
  readonly shown: string
}

/** The results of an example that needs nothing but `names`. Its lines `const …` are run too; it holds no types then. */
export function readResults({ file, line, code }: Example, names: object): Result[] {
  const result = /^(?!const )(\w.*) \/\/ (.+)$/
  const lines = code.split('\n')
  if (!lines.some((text) => result.test(text))) return []
  const context = createContext({ ...names })
  const evaluate = (text: string) => inspect(runInContext(text, context))
  return lines.flatMap((text, row) => {
    if (text.startsWith('const ')) evaluate(text)
    const [, expression, value] = result.exec(text) ?? []
    if (expression === undefined || value === undefined) return []
    const [given, shown] = [evaluate(expression), evaluate(`(${value})`)]
    return [{ place: `${file}:${line + row}`, given, shown }]
  })
}
