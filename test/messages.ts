/** A text of the sources as a page shows it: `…` stands for what is put in. */
export type Message = string

/**
 * The texts that are handed to calls beginning like `opener`, one for each call and each branch of a `?:`. A text that another
 * function makes is looked up in the same source.
 */
export function messagesOf(source: string, opener: RegExp): Message[] {
  return [...source.matchAll(opener)].flatMap(({ index, 0: { length } }) => {
    const [, maker] = /^(\w+)\(/.exec(source.slice(index + length)) ?? []
    const own = textsIn(source, index + length)
    if (own.length > 0 || maker === undefined) return own
    const made = source.indexOf(`function ${maker}(`)
    return made < 0 ? [] : textsIn(source, source.indexOf('return ', made)).slice(0, 1)
  })
}

/** The texts up to the bracket that closes, but those inside further brackets; those joined by `+` are one. */
function textsIn(source: string, begin: number): Message[] {
  const texts: Message[] = []
  let joined = false
  for (let at = begin, depth = 1; depth > 0 && at < source.length; at += 1) {
    const character = source[at] ?? ''
    if (['"', "'", '`'].includes(character)) {
      const { text, end } = readText(source, at)
      if (joined) texts.push(`${texts.pop()}${text}`)
      else if (depth === 1) texts.push(text)
      joined = /^\s*\+/.test(source.slice(end))
      at = end - 1
    } else if ('([{'.includes(character)) depth += 1
    else if (')]}'.includes(character)) depth -= 1
  }
  return texts
}

function readText(source: string, begin: number): { text: Message; end: number } {
  const quote = source[begin]
  let text = ''
  let at = begin + 1
  while (source[at] !== quote) {
    if (source.startsWith('${', at)) {
      at = endOfHole(source, at + 2)
      text += '…'
    } else {
      if (source[at] === '\\') at += 1
      text += source[at]
      at += 1
    }
  }
  return { text, end: at + 1 }
}

function endOfHole(source: string, begin: number): number {
  let depth = 1
  let at = begin
  for (; depth > 0; at += 1) {
    if (source[at] === '{') depth += 1
    if (source[at] === '}') depth -= 1
  }
  return at
}
