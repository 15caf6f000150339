import { domainPort } from './domain-port.ts'
import { growTrees } from './grow-trees.ts'
import { httpPort } from './http-port.ts'
import { inOneThread } from './in-one-thread.ts'
import { requireVariety } from './require-variety.ts'
import type { Tally } from './tally.ts'

export interface TreesWanted {
  readonly domainTrees: number
  readonly httpTrees: number
  readonly seed: number
  /** Told after each grove. */
  readonly progress: (line: string) => void
}

/** The trees of `trees.test.ts` at full size: in the domain, then over HTTP. */
export async function treesProof({ domainTrees, httpTrees, seed, progress }: TreesWanted) {
  const tell = (where: string, wanted: number) => (tally: Tally) =>
    progress(`${where}: ${tally.trees} of ${wanted} trees, ${tally.steps} steps, no difference`)
  const domain = await inOneThread(() =>
    growTrees({
      trees: domainTrees,
      seed,
      port: domainPort,
      progress: tell('domain', domainTrees),
    }),
  )
  requireVariety(domain)
  const http = await growTrees({
    trees: httpTrees,
    seed,
    port: httpPort,
    progress: tell('http', httpTrees),
  })
  return { domain: domain.report(), http: http.report() }
}
