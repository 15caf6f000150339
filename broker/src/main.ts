import closeWithGrace from 'close-with-grace'
import { run } from './cli/run.ts'
import type { RestoreAcceptOptions, ServeOptions } from './cli/run.ts'
import { settingsHelp } from './config/help.ts'
import type { Logger } from './logger.ts'

const exitCode = await run(process.argv.slice(2), { serve, restoreAccept, settingsHelp })
// A broker that listens keeps the process; after a failure nothing half-started may.
if (exitCode !== 0) process.exit(exitCode)

/** The server is loaded when it is asked for: the other commands need none of it. */
async function serve(options: ServeOptions): Promise<void> {
  const local = await import('./local-commands/serve.ts')
  const { createLogger } = await import('./logger.ts')
  await local.serve(options, { createLogger, closeOnSignal })
}

async function restoreAccept(options: RestoreAcceptOptions): Promise<void> {
  const local = await import('./local-commands/restore-accept.ts')
  await local.restoreAccept(options)
}

function closeOnSignal(log: Logger, close: () => Promise<void>): void {
  // The broker drains for 10 s by itself; the limit here ends what hangs after that.
  closeWithGrace({ delay: 15_000, logger: { error: reportStop } }, async ({ signal, err }) => {
    if (err) log.fatal({ err }, 'unexpected error, stopping')
    else log.info({ signal }, 'stopping')
    await close()
  })

  function reportStop(problem: unknown): void {
    log.fatal(
      problem instanceof Error ? { err: problem } : {},
      'the broker could not stop in order',
    )
  }
}
