import { adminSecret } from '../test-broker.ts'
import type { BrokerProcess } from './broker-process.ts'
import { runErrand, signIn, WrongAnswer, type Errand } from './errand.ts'
import type { Chance } from './seeded-chance.ts'

export interface Load {
  /** Keeps the names of errands on one store apart. */
  readonly round: number
  readonly chance: Chance
  /** Ends the broker, somehow. Connections may break from its first moment on. */
  readonly end: () => Promise<void>
}

const clients = 8

/** Several clients at once until the broker is gone; what they know of their errands then. */
export async function workUntil(
  broker: BrokerProcess,
  { round, chance, end }: Load,
): Promise<Errand[]> {
  const ledger: Errand[] = []
  const bearer = await signIn(broker, adminSecret)
  const state = { hasEnded: false }
  const client = async (number: number) => {
    for (let count = 1; !state.hasEnded; count += 1) {
      const name = `r${round}-c${number}-${count}`
      try {
        await runErrand(broker, bearer, { name, ledger, chance })
      } catch (error) {
        if (error instanceof WrongAnswer) throw error
        // The connection is gone: the broker must be, too.
        break
      }
    }
  }
  const working = Promise.all(Array.from({ length: clients }, (_, number) => client(number)))
  const ended = end().finally(() => (state.hasEnded = true))
  await Promise.all([working, ended])
  return ledger
}
