import { Command, CommanderError } from 'commander'
import { version } from '../version.ts'
import { complain } from './output.ts'

export interface ServeOptions {
  /** Development defaults and a generated admin secret, kept in `.awrit-dev`. */
  readonly dev: boolean
}

export interface RestoreAcceptOptions {
  /** Without it the operator is asked. */
  readonly yes: boolean
  /** The result as JSON instead of a table. */
  readonly json: boolean
}

/** What is done to this machine's files. main.ts hands it over: the command line itself knows the SDK alone. */
export interface LocalCommands {
  serve(options: ServeOptions): Promise<void>
  restoreAccept(options: RestoreAcceptOptions): Promise<void>
  readonly settingsHelp: () => string
}

export const exitCodes = { done: 0, failed: 1, usage: 2 } as const

/** Runs one command line, without the name of the program; resolves to the exit code. */
export async function run(args: readonly string[], local: LocalCommands): Promise<number> {
  try {
    await awrit(local).parseAsync(args, { from: 'user' })
    return exitCodes.done
  } catch (error) {
    // Commander has already written its help, its version or what is wrong with the command line.
    if (error instanceof CommanderError)
      return error.exitCode === 0 ? exitCodes.done : exitCodes.usage
    complain(`FATAL: ${error instanceof Error ? error.message : 'unknown error'}`)
    return exitCodes.failed
  }
}

function awrit(local: LocalCommands): Command {
  const program = new Command('awrit')
    .description('A broker that gives each AI agent its own identity and a token for one task')
    .version(version)
    .helpCommand(false)
    .showHelpAfterError('(awrit --help lists the commands)')
    .exitOverride()
  program
    .command('serve')
    .description('start the broker; its settings are AA_ variables')
    .option(
      '--dev',
      'development: generated admin secret, seed tokens, readable log, data in .awrit-dev',
    )
    .addHelpText(
      'after',
      () => `\nSettings (docs/reference/configuration.md):\n${local.settingsHelp()}`,
    )
    .action(({ dev = false }: Partial<ServeOptions>) => local.serve({ dev }))
  addRestore(program, local)
  return program
}

function addRestore(program: Command, local: LocalCommands): void {
  const accept: Command = program
    .command('restore')
    .description('what follows when the database was put back from a backup')
    .helpCommand(false)
    .command('accept')
    .description(
      'accept the database as it is: everything issued so far ends; the broker must be stopped',
    )
    .option('--yes', 'do not ask')
    .option('--json', 'print JSON')
    .action(async ({ yes = false, json = false }: Partial<RestoreAcceptOptions>) => {
      if (!yes && !process.stdin.isTTY) {
        accept.error('error: nobody can be asked here; say --yes to accept the database')
      }
      await local.restoreAccept({ yes, json })
    })
}
