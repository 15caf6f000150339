import { createBroker } from '../broker.ts'
import { complain, print } from '../cli/output.ts'
import { ConfigError, readProcessConfig } from '../config.ts'
import type { Config, ReadConfig } from '../config.ts'
import type { Logger } from '../logger.ts'
import { ensureDevConfig } from './dev-config.ts'

/** What main.ts wires in, because only the wiring may know the packages behind it. */
export interface ServeWiring {
  createLogger(config: Config): Logger
  /** Calls `close` once when the process is told to stop, then ends the process. */
  closeOnSignal(log: Logger, close: () => Promise<void>): void
}

/** Resolves when the broker listens; it then runs until a signal ends the process. */
export async function serve({ dev }: { dev: boolean }, wiring: ServeWiring): Promise<void> {
  const { config, secrets, sources, file, warnings } = dev ? readDevConfig() : readProcessConfig()
  const log = wiring.createLogger(config)
  const broker = await createBroker({ config, secrets, sources, log })
  wiring.closeOnSignal(log, () => broker.close())
  const { url } = await broker.listen()
  for (const warning of warnings) log.warn(warning)
  log.info({ url, mode: config.mode, config_file: file }, 'the broker is listening')
  if (broker.seedTokens) {
    print(`SEED_LAUNCH_TOKEN=${broker.seedTokens.launchToken}`)
    print(`SEED_ADMIN_TOKEN=${broker.seedTokens.adminToken}`)
  }
}

function readDevConfig(): ReadConfig {
  const { path, adminSecret } = ensureDevConfig('.awrit-dev')
  const found = readProcessConfig([path])
  if (found.file !== path)
    throw new ConfigError('--dev has its own config file; unset AA_CONFIG_PATH')
  complain(`Development broker; config, keys and data are in ${path.replace(/config$/, '')}`)
  if (adminSecret !== undefined) complain(`Admin secret, shown this once: ${adminSecret}`)
  return found
}
