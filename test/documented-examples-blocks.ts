/** A piece of TypeScript that the documentation shows. */
export interface Example {
  readonly file: string
  /** Of its first line of code. */
  readonly line: number
  readonly code: string
}

/** Every `ts` block under an `@example`, in every JSDoc of a source file. Throws on an `@example` without one. */
export function examplesInComments(file: string, source: string): Example[] {
  return Array.from(source.matchAll(/\/\*\*[^]*?\*\//g)).flatMap((comment) => {
    const text = comment[0].replaceAll(/^ *\*(?: |\/|$)/gm, '')
    return Array.from(text.matchAll(/^@example\b[^]*?(?=^@|(?![^]))/gm)).flatMap((section) => {
      const line = lineAt(source, comment.index) + lineAt(text, section.index) - 1
      const examples = examplesInText(file, section[0], line)
      if (examples.length > 0) return examples
      throw new Error(`${file}:${line} is an @example without a ts block`)
    })
  })
}

/** Every `ts` block of a page. */
export function examplesInPage(file: string, markdown: string): Example[] {
  return examplesInText(file, markdown, 1)
}

function examplesInText(file: string, text: string, firstLine: number): Example[] {
  const blocks = text.matchAll(/^( *)```(?:ts|typescript)\b.*\n([^]*?)^\1```$/gm)
  return Array.from(blocks, ({ index, 2: code = '' }) => ({
    file,
    line: firstLine + lineAt(text, index),
    code,
  }))
}

function lineAt(text: string, index: number): number {
  return text.slice(0, index).split('\n').length
}
