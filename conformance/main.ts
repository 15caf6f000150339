// npm run conformance -- --url ...: does the broker at this URL keep the wire contract? One check for each line of its
// checklist. Exit code 1 when one fails, 2 when the question was wrong.
import { readOptions, usage, UsageError, type Options } from './options.ts'
import { conform } from './suite/conform.ts'
import { summarise, wordLine, wordPart, wordSummary } from './suite/report.ts'

const options = read()
if (options !== undefined) await main(options)

async function main(wanted: Options): Promise<void> {
  const { results, answers } = await conform(wanted, (line, part) =>
    process.stderr.write(`${wordPart(line, part)}\n`),
  )
  const summary = summarise(results)
  const text = wanted.json
    ? JSON.stringify(
        { url: wanted.url, summary: { ...summary, answers }, lines: results },
        undefined,
        2,
      )
    : ['', ...results.map(wordLine), wordSummary(results, answers)].join('\n')
  process.stdout.write(`${text}\n`)
  if (summary.failed > 0) process.exitCode = 1
}

function read(): Options | undefined {
  try {
    // oxlint-disable-next-line node/no-process-env -- a secret in the arguments shows in every process list
    return readOptions(process.argv.slice(2), process.env['AACTL_ADMIN_SECRET'])
  } catch (error) {
    if (!(error instanceof UsageError)) throw error
    process.stderr.write(`${error.message}\n\n${usage}`)
    process.exitCode = 2
    return undefined
  }
}
