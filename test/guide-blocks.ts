/** A shell block of a guide, and what the page shows as its output. */
export interface GuideBlock {
  /** Line of the page on which the code begins. */
  readonly line: number
  readonly code: string
  readonly output: string | undefined
}

/** The `sh` blocks of a page in order; a `text` block that follows one directly is its output. */
export function readBlocks(markdown: string): GuideBlock[] {
  const fences = [...markdown.matchAll(/^```(\w*)\n([\s\S]*?)^```$/gm)].map((match) => ({
    language: match[1] ?? '',
    text: match[2] ?? '',
    begin: match.index,
    end: match.index + match[0].length,
  }))
  return fences.flatMap(({ language, text, begin, end }, index) => {
    if (language !== 'sh') return []
    const next = fences[index + 1]
    const follows = next?.language === 'text' && markdown.slice(end, next.begin).trim() === ''
    const line = markdown.slice(0, begin).split('\n').length + 1
    return [{ line, code: text, output: follows ? next.text.trimEnd() : undefined }]
  })
}

/** Whether an output is the one that a page shows; `…` there stands for anything on one line. */
export function isAsShown(output: string, shown: string): boolean {
  const pattern = shown
    .split('…')
    .map((text) => text.replaceAll(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`))
    .join('[^\\n]*')
  return new RegExp(`^${pattern}$`).test(output.trim())
}
