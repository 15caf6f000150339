import type { Parameter, Schema } from './document.ts'
import { typeOf } from './type-of.ts'

interface Member {
  readonly name: string
  readonly schema: Schema
}

/** The members of an object, those inside its members too; each of several forms has a table of its own. */
export function membersTable(schema: Schema): string {
  const forms = schema.anyOf
  if (forms === undefined) return table('Member', membersOf(schema, '').map(toRow))
  return forms.map((form) => `${titleOf(form)}\n\n${membersTable(form)}`).join('\n\n')
}

export function parametersTable(parameters: readonly Parameter[]): string {
  const rows = parameters.map(({ name, in: place, required, description, schema }) => {
    const shown = place === 'path' ? `{${name}}` : name
    return toRow({
      name: required === true ? shown : `${shown}?`,
      schema: { ...schema, description },
    })
  })
  return table('Parameter', rows)
}

/** The forms of an answer differ in a member with one value. */
function titleOf({ properties = {} }: Schema): string {
  const [name, member] =
    Object.entries(properties).find(([, { const: one }]) => one !== undefined) ?? []
  return `With \`${name}\` ${JSON.stringify(member?.const)}:`
}

function membersOf({ properties = {}, required = [] }: Schema, before: string): Member[] {
  return Object.entries(properties).flatMap(([name, schema]) => {
    const full = `${before}${name}${required.includes(name) ? '' : '?'}`
    const inner = schema.items ?? schema
    const deeper = `${before}${name}${schema.items === undefined ? '' : '[]'}.`
    return [{ name: full, schema }, ...membersOf(inner, deeper)]
  })
}

function toRow({ name, schema }: Member): string {
  const cells = [`\`${name}\``, typeOf(schema), schema.description ?? '']
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`
}

function table(first: string, rows: readonly string[]): string {
  if (rows.length === 0) return ''
  return [`| ${first} | Type and bounds | Meaning |`, '| --- | --- | --- |', ...rows].join('\n')
}
