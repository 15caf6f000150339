import { readdirSync } from 'node:fs'
import { join } from 'node:path'

/** `everywhere` runs in browsers too, where nobody holds a secret of an operator or an app. */
export type Kind = 'everywhere' | 'with-secrets'

export interface Scenario {
  /** What it shows, as its file is named. */
  readonly sentence: string
  /** Its file, without the ending. */
  readonly path: string
}

/** Every file of this folder is one scenario, written so that every runtime can run it as it is. */
export function scenariosOf(kind: Kind): readonly Scenario[] {
  return readdirSync(join(import.meta.dirname, kind))
    .map((file) => file.replace(/\.mjs$/, ''))
    .toSorted()
    .map((name) => ({ sentence: name.replaceAll('-', ' '), path: `${kind}/${name}` }))
}
