import type { ErrorCode } from '@agentwrit/protocol'
import type { Answer } from './answer.ts'
import { asksOfAdmin } from './asks-of-admin.ts'
import { asksOfAgents } from './asks-of-agents.ts'
import type { Names } from './names.ts'
import type { Asks, Operation } from './operation.ts'
import type { Port } from './port.ts'
import type { World } from './world.ts'

/** One tree on one broker: the broker, the names of what it made, and the model beside it. */
export interface Twin {
  readonly world: World
  readonly port: Port
  readonly names: Names
}

/** What the broker answered, as far as every operation has it. */
export interface Heard {
  readonly refused?: ErrorCode | undefined
  /** Of a revocation. */
  readonly count?: number
}

export type Ask<Each extends Operation> = (
  twin: Twin,
  operation: Each,
  expected: Answer,
) => Promise<Heard>

/** The operation happens in the broker. What it makes gets the names that the model has given. */
export function askBroker(twin: Twin, operation: Operation, expected: Answer): Promise<Heard> {
  // Each gets the operation of its own name.
  const ask = asks[operation.ask] as Ask<Operation>
  return ask(twin, operation, expected)
}

const asks: { readonly [Name in keyof Asks]: Ask<Asks[Name]> } = {
  ...asksOfAdmin,
  ...asksOfAgents,
  async wait({ port }, { milliseconds }) {
    port.advance(milliseconds)
    return {}
  },
  async restart({ port }) {
    await port.restart()
    return {}
  },
}
