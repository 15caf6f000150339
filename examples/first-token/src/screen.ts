// What the reader sees. Colours only where they are wanted: `styleText` asks the terminal, NO_COLOR and FORCE_COLOR.
import { styleText } from 'node:util'

type Style = Parameters<typeof styleText>[0]

const width = 78

export function heading(text: string): void {
  print(`\n${style('bold', text)} ${style('dim', '─'.repeat(Math.max(3, width - text.length)))}`)
}

/** What just happened, in plain words. */
export function sentence(text: string): void {
  print(`\n  ${wrap(text, width - 2).join('\n  ')}`)
}

export function fact(name: string, value: string): void {
  print(`  ${style('dim', name.padEnd(9))} ${value}`)
}

export function command(what: string, line: string): void {
  print(`\n  ${style('dim', `# ${what}`)}\n  ${line}`)
}

export function sent(line: string, body?: string): void {
  print(`\n  ${style('cyan', '→')} ${style('bold', line)}`)
  if (body !== undefined) print(indent(body))
}

export function answered(status: number, milliseconds: number, body?: string): void {
  const mark = style(status < 400 ? 'green' : 'yellow', `← ${status}`)
  print(`  ${mark} ${style('dim', `after ${milliseconds} ms`)}`)
  if (body !== undefined) print(indent(body))
}

export function done(text: string): void {
  print(`\n${style('green', '✔')} ${text}`)
}

export function failed(what: string, next: string): void {
  process.stderr.write(
    `\n${styleText('red', '✘', { stream: process.stderr })} ${what}\n  ${next}\n`,
  )
}

export function print(line: string): void {
  process.stdout.write(`${line}\n`)
}

function style(format: Style, text: string): string {
  return styleText(format, text, { stream: process.stdout })
}

function indent(text: string): string {
  return text.replaceAll(/^/gm, '      ')
}

function wrap(text: string, columns: number): string[] {
  const lines: string[] = []
  for (const word of text.split(' ')) {
    const longer = lines.length === 0 ? word : `${lines.at(-1)} ${word}`
    if (lines.length === 0 || longer.length > columns) lines.push(word)
    else lines[lines.length - 1] = longer
  }
  return lines
}
