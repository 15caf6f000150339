import { configPathVariable, secretSettings, settings } from './settings.ts'

/** The settings as `awrit serve --help` shows them. */
export function settingsHelp(): string {
  const lines = [
    secretSettings.adminSecret,
    ...Object.values(settings),
    secretSettings.databaseUrl,
  ].map(({ variable, meaning }) => [variable, meaning] as const)
  return [
    ...lines,
    [configPathVariable, 'Config file, before /etc/broker/config and ~/.broker/config'],
  ]
    .map(([variable, meaning]) => `  ${variable?.padEnd(28)}${meaning?.replaceAll('`', '')}`)
    .join('\n')
}
