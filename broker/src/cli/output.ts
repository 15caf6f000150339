/** What was asked for. */
export function print(line: string): void {
  process.stdout.write(`${line}\n`)
}

/** Everything else: notes, warnings, failures. */
export function complain(line: string): void {
  process.stderr.write(`${withoutControls(line)}\n`)
}

/** Lines of a table, without blanks at their ends: left aligned, two blanks between columns. */
export function toTable(...rows: readonly (readonly string[])[]): string[] {
  const columns = Math.max(...rows.map(({ length }) => length))
  const widths = Array.from({ length: columns }, (_, column) =>
    Math.max(...rows.map((row) => row[column]?.length ?? 0)),
  )
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  )
}

/** A message may quote what somebody else wrote; on a terminal it must stay one harmless line. */
function withoutControls(text: string): string {
  // oxlint-disable-next-line no-control-regex -- control characters are what is looked for
  return text.replace(/[\u0000-\u001f\u007f-\u009f]/g, '\uFFFD')
}
