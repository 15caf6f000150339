import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { readExports, readMembers } from './declarations.mjs'
import { root, stop } from './ensure-ready.mjs'

const client = join(root, 'client')
const protocol = join(root, 'protocol/dist/index.d.ts')

/** docs/reference/sdk.md */
export function sdkPage() {
  build()
  const entries = withAnchors(readEntries())
  return `# SDK

This page is made from the sources of \`@agentwrit/client\` (\`npm run docs\`): every name that the package exports, with what
stands above it there. Every example compiles. How the parts work together is told in [the package's own
page](../../client/README.md).

${entries.map(toContents).join('\n\n')}

${entries.map(toSection).join('\n\n')}
`
}

function build() {
  const compiler = join(root, 'node_modules/.bin/tsc')
  const { status } = spawnSync(compiler, ['-b', join(client, 'tsconfig.build.json')], {
    stdio: 'inherit',
  })
  if (status !== 0) stop('The SDK does not compile, so its reference cannot be written.')
}

/** The ways into the package, each with what it exports. */
function readEntries() {
  const { name, exports } = JSON.parse(readFileSync(join(client, 'package.json'), 'utf8'))
  return Object.entries(exports).flatMap(([path, { types }]) => {
    if (types === undefined) return []
    const names = readExports(join(client, types), { '@agentwrit/protocol': protocol })
    return { path: join(name, path), names }
  })
}

/** As pages name their headings: one that is there already gets a number. */
function withAnchors(entries) {
  const counts = new Map()
  const toAnchor = ({ name }) => {
    const slug = name.toLowerCase()
    const count = counts.get(slug) ?? 0
    counts.set(slug, count + 1)
    return count === 0 ? slug : `${slug}-${count}`
  }
  return entries.map(({ path, names }) => {
    const inOrder = grouped(names).flatMap(({ members }) => members)
    return { path, names: inOrder.map((found) => ({ ...found, anchor: toAnchor(found) })) }
  })
}

const groups = [
  { title: 'Classes', belongs: ({ kind, name }) => kind === 'class' && !name.endsWith('Error') },
  { title: 'Functions', belongs: ({ kind }) => kind === 'function' || kind === 'const' },
  { title: 'Errors', belongs: ({ kind, name }) => kind === 'class' && name.endsWith('Error') },
  { title: 'Types', belongs: (found) => isType(found) && !isOfWire(found) },
  { title: 'Documents of the wire', belongs: (found) => isType(found) && isOfWire(found) },
]

function isType({ kind }) {
  return kind === 'interface' || kind === 'type'
}

function isOfWire({ origin }) {
  return origin === protocol
}

function grouped(names) {
  return groups.flatMap(({ title, belongs }) => {
    const members = names.filter(belongs)
    return members.length === 0 ? [] : { title, members }
  })
}

function toContents({ path, names }) {
  const lines = grouped(names).map(({ title, members }) => {
    const links = members.map(({ name, anchor }) => `[${name}](#${anchor})`)
    return `- ${title}: ${links.join(' · ')}`
  })
  return `**\`${path}\`**\n\n${lines.join('\n')}`
}

function toSection({ path, names }) {
  return `## \`${path}\`\n\n${names.map(toEntry).join('\n\n')}`
}

function toEntry(declaration) {
  const { name, kind, doc, text } = declaration
  const head = `### ${name}\n\n${toProse(doc)}`
  return kind === 'class' ? `${head}\n\n${toMembers(declaration)}` : `${head}\n\n${code(text)}`
}

function toMembers(declaration) {
  const [base] = /(?<=^class [^{]*extends )\w+/.exec(declaration.text) ?? []
  const extended =
    base === undefined || base === 'Error' ? [] : `Extends [${base}](#${base.toLowerCase()}).`
  const members = readMembers(declaration).map((member) => toMember(declaration.name, member))
  return [extended, ...members].flat().join('\n\n')
}

function toMember(className, { doc, text }) {
  const [, modifiers, name] = /^((?:static |readonly |get |declare )*)(\[?[\w.]+\]?)/.exec(text)
  const holder = modifiers.includes('static') ? className : lowerFirst(className)
  const title =
    name === 'constructor'
      ? `new ${className}`
      : [holder, name].join(name.startsWith('[') ? '' : '.')
  return [`#### ${title}`, code(text), toProse(doc)].filter(Boolean).join('\n\n')
}

function lowerFirst(name) {
  return name.charAt(0).toLowerCase() + name.slice(1)
}

function toProse(doc) {
  return doc.replaceAll(/^@example\n/gm, '')
}

function code(text) {
  return `\`\`\`ts\n${text.replaceAll(/^( {4})+/gm, (space) => space.slice(space.length / 2))}\n\`\`\``
}
