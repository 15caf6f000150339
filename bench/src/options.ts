import { parseArgs } from 'node:util'

export interface Options {
  readonly json: boolean
  readonly quick: boolean
  readonly full: boolean
  readonly only: string | undefined
  readonly profile: string | undefined
}

export const usage = `npm run bench -- [options]
  --only <row>        one row: see the first column of the table
  --quick             a few seconds for each row: shows that it runs, its figures mean nothing
  --full              1 M audit events, and 100 k live tokens, instead of a tenth (takes minutes)
  --json              for machines
  --profile <folder>  write CPU profiles of the servers there; they slow the measured side down`

/** Throws a TypeError for what is no option. */
export function readOptions(words: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...words],
    options: {
      json: { type: 'boolean', default: false },
      quick: { type: 'boolean', default: false },
      full: { type: 'boolean', default: false },
      only: { type: 'string' },
      profile: { type: 'string' },
    },
  })
  if (values.quick && values.full) throw new TypeError('--quick and --full exclude each other')
  return { ...values, only: values.only, profile: values.profile }
}
