// Reads the declaration files that `tsc` writes: one statement begins at the margin, its members are indented by four.
import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

/**
 * What a declaration file gives to whoever imports it, its own first: name, kind, text without the comment above it, that
 * comment, and the file that the name is taken from. Names of other packages are followed through `packages`.
 */
export function readExports(file, packages = {}) {
  const text = readFileSync(file, 'utf8')
  const own = readDeclarations(file).map((declaration) => ({ ...declaration, origin: file }))
  const passedOn = [...text.matchAll(/^export (?:type )?\{([^}]*)\} from '([^']+)';$/gm)].flatMap(
    ([, list, specifier]) => {
      const origin = packages[specifier] ?? fileOf(specifier, file)
      const found = specifier in packages ? readExports(origin) : readDeclarations(origin)
      return namesIn(list).map((name) => ({ ...requireDeclared(found, name, origin), origin }))
    },
  )
  return [...own, ...passedOn]
}

/** The members of a class that its users can reach: each with its text and the comment above it. */
export function readMembers({ text }) {
  const body = text.slice(text.indexOf('{\n') + 2, text.lastIndexOf('\n}'))
  const members = body.matchAll(
    /^ {4}(?:\/\*\*([^]*?)\*\/\n {4})?(\S.*(?:\n(?: {8}.*| {4}\}.*))*)$/gm,
  )
  return [...members]
    .map(([, comment = '', member]) => ({ doc: toText(comment), text: outdented(member) }))
    .filter(({ text: member }) => !/^(?:#private|private |protected )/.test(member))
}

function readDeclarations(file) {
  const text = readFileSync(file, 'utf8')
  const form =
    /^(?:\/\*\*((?:(?!\*\/)[^])*)\*\/\n)?export (?:declare )?((?:abstract )?class|const|function|interface|type) (\w+)[^]*?(?:;|\})$(?=\n(?:export|\/\*\*|import|declare|interface|type|\/\/|$)|(?![^]))/gm
  return [...text.matchAll(form)].map(([whole, comment = '', kind, name]) => ({
    name,
    kind: kind.replace('abstract ', ''),
    doc: toText(comment),
    text: whole.slice(whole.indexOf('export ')).replace(/^export (?:declare )?/, ''),
  }))
}

function requireDeclared(found, name, origin) {
  const declaration = found.find((each) => each.name === name)
  if (declaration !== undefined) return declaration
  throw new Error(`${origin} declares no ${name} in a form that is understood`)
}

function namesIn(list) {
  return list.split(',').flatMap((item) => item.replace('type ', '').trim() || [])
}

function fileOf(specifier, importer) {
  return join(dirname(importer), specifier.replace(/\.ts$/, '.d.ts'))
}

function toText(comment) {
  return comment.replaceAll(/^ *\* ?/gm, '').trim()
}

function outdented(text) {
  return text.replaceAll(/^ {4}/gm, '')
}
