import type { Logger, LogFields } from '@agentwrit/client'

export interface LogLine {
  readonly level: keyof Logger
  readonly message: string
  readonly fields: LogFields
}

/** Keeps all that it is told. */
export function recordingLogger(): { readonly logger: Logger; readonly lines: LogLine[] } {
  const lines: LogLine[] = []
  const to = (level: keyof Logger) => (message: string, fields: LogFields) =>
    void lines.push({ level, message, fields })
  const logger = { debug: to('debug'), info: to('info'), warn: to('warn'), error: to('error') }
  return { logger, lines }
}
