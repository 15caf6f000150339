// npm run quickstart: a broker of your own, and the first token of its first agent, step by step.
import { parseArgs } from 'node:util'
import { isAgentWritError, ProblemError } from '@agentwrit/client'
import { BrokerStartError, isPortFree, startBroker } from './broker-process.ts'
import type { BrokerProcess } from './broker-process.ts'
import { command, done, fact, failed, heading, print } from './screen.ts'
import { walkFirstToken } from './walk.ts'

const usage = `npm run quickstart            starts a broker, walks the first token, keeps the broker running
npm run quickstart -- --exit  the same, and stops at the end
AA_PORT=9000                  in front of either: another port than 8080 (0 is any free one)`

// The handlers stay: Ctrl-C may arrive twice, from the terminal and from npm, and must not cut the tidying up short.
const stopped = new Promise<void>((resolve) => {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => resolve())
})
process.exitCode = await quickstart()

async function quickstart(): Promise<number> {
  const wanted = readArguments()
  if (wanted === undefined) return 2
  if (wanted.help) {
    print(usage)
    return 0
  }
  let step = 'Starting the broker'
  try {
    await using broker = await startOnFreePort()
    await walkFirstToken(broker, (name) => {
      step = name
    })
    done('That was the first token: asked for, proven, used, renewed and given back.')
    if (!wanted.exit) await keepRunning(broker)
    return 0
  } catch (error) {
    explain(step, error)
    return 1
  }
}

async function startOnFreePort(): Promise<BrokerProcess> {
  const port = Number(process.env['AA_PORT'] ?? 8080)
  heading('AgentWrit quickstart')
  const isFree = port === 0 || (await isPortFree(port))
  if (!isFree) print(`  Port ${port} is taken by another program; the broker takes a free one.`)
  const broker = await startBroker(isFree ? port : 0)
  fact('broker', `${broker.url} (awrit serve, process ${broker.pid})`)
  fact('data', `${broker.folder} (SQLite, signing key, log; removed at the end)`)
  fact('secret', 'generated for this run; it is in sign-in.json of that folder')
  return broker
}

async function keepRunning({ url, folder, ended }: BrokerProcess): Promise<void> {
  heading('What to try next')
  command(
    'how the broker is, and what it has counted',
    `curl -s ${url}/v1/health ; curl -s ${url}/v1/metrics`,
  )
  command('sign in by hand', `curl -s -d @${folder}/sign-in.json ${url}/v1/admin/auth`)
  command('every route, as an OpenAPI document', `curl -s ${url}/v1/openapi.json`)
  command('what the broker writes', `tail -f ${folder}/broker.log`)
  command(
    'a broker that keeps its data',
    'AA_ADMIN_SECRET="$(openssl rand -base64 32)" npx awrit serve',
  )
  command('the same six steps with curl, in Node and in Python', 'docs/guide/first-five-minutes.md')
  print('\nThe broker is running. Ctrl-C stops it and removes its folder.')
  await Promise.race([stopped, ended])
  print('\nStopped.')
}

function readArguments(): { readonly exit: boolean; readonly help: boolean } | undefined {
  try {
    const { values } = parseArgs({
      options: { exit: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } },
    })
    return { exit: values.exit ?? false, help: values.help ?? false }
  } catch (error) {
    failed(error instanceof Error ? error.message : 'wrong arguments', `Usage:\n${usage}`)
    return undefined
  }
}

function explain(step: string, error: unknown): void {
  const message = error instanceof Error ? error.message : String(error)
  failed(`${step}: ${message}`, nextStep(error))
}

function nextStep(error: unknown): string {
  if (error instanceof BrokerStartError) return `The broker wrote last:\n${error.log}`
  if (error instanceof ProblemError && error.hint !== undefined) return error.hint
  if (isAgentWritError(error))
    return `Look for request ${error.requestId ?? '(none)'} in the log of the broker.`
  return 'Run it again; if it fails again, please report it with the output above.'
}
