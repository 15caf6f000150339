import assert from 'node:assert/strict'
import { existsSync, globSync, readFileSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { test } from 'node:test'

const root = join(import.meta.dirname, '..')

test('every link to a section leads to one', () => {
  let checked = 0
  for (const page of globSync(['*.md', 'docs/**/*.md', 'client/*.md'], { cwd: root })) {
    const from = join(root, page)
    const text = withoutBlocks(readFileSync(from, 'utf8'))
    for (const [link, path = '', anchor = ''] of text.matchAll(/\]\(([^)#\s:]*)#([^)\s]+)\)/g)) {
      checked += 1
      const target = path === '' ? from : join(dirname(from), path)
      assert.ok(anchorsOf(target).has(anchor), `${page} links to ${link}`)
    }
  }
  assert.ok(checked > 300, `only ${checked} links found`)
})

const known = new Map<string, ReadonlySet<string>>()

function anchorsOf(path: string): ReadonlySet<string> {
  const found = known.get(path) ?? readAnchors(path)
  known.set(path, found)
  return found
}

/** Headings as GitHub names them, and names that are given by hand. */
function readAnchors(path: string): ReadonlySet<string> {
  if (!existsSync(path) || statSync(path).isDirectory()) return new Set()
  const text = withoutBlocks(readFileSync(path, 'utf8'))
  const headings = new Set<string>()
  for (const [, title = ''] of text.matchAll(/^#+ (.+)$/gm)) {
    const anchor = toAnchor(title)
    let twins = 0
    while (headings.has(twins === 0 ? anchor : `${anchor}-${twins}`)) twins += 1
    headings.add(twins === 0 ? anchor : `${anchor}-${twins}`)
  }
  const given = Array.from(text.matchAll(/<a id="([^"]+)">/g), ([, id = '']) => id)
  return new Set([...headings, ...given])
}

function toAnchor(title: string): string {
  return title
    .toLowerCase()
    .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
    .replaceAll(' ', '-')
}

function withoutBlocks(markdown: string): string {
  return markdown.replaceAll(/^```[\s\S]*?^```$/gm, '')
}
