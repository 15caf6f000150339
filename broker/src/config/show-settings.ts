import type { SettingInfo } from '@agentwrit/protocol'
import type { ReadConfig } from '../config.ts'
import { secretSettings, settings } from './settings.ts'
import type { Config, Setting } from './settings.ts'

/** Settings, and where they came from if that is known. */
export type KnownConfig = Pick<ReadConfig, 'config' | 'secrets'> &
  Partial<Pick<ReadConfig, 'sources'>>

type AnyValue = Config[keyof Config]
type AnySetting = Setting<AnyValue, AnyValue>

/**
 * Every setting as operators may see it (contract 4.31). Law 6: of what is secret only whether it is set goes in, so that
 * nothing else can come out.
 */
export function showSettings({ config, secrets, sources = {} }: KnownConfig): SettingInfo[] {
  const values = new Map<string, AnyValue>(Object.entries(config))
  const show = ([name, setting]: [string, AnySetting]): SettingInfo => {
    const value = toText(setting, values.get(name))
    const fallback = toText(setting, setting.fallback)
    return {
      ...describe(setting, sources),
      secret: false,
      ...(value === undefined ? {} : { value }),
      ...(fallback === undefined ? {} : { default: fallback }),
    }
  }
  const hide = (setting: AnySetting, isSet: boolean) => ({
    ...describe(setting, sources),
    secret: true,
    value: isSet ? 'set' : 'unset',
  })
  return [
    hide(secretSettings.adminSecret, secrets.adminSecret !== ''),
    ...Object.entries(settings).map(show),
    hide(secretSettings.databaseUrl, secrets.databaseUrl !== undefined),
  ]
}

function describe({ variable, meaning }: AnySetting, sources: ReadConfig['sources']) {
  const source = sources[variable]
  return { variable, meaning, ...(source === undefined ? {} : { source: toSource(source) }) }
}

/** Anything else is the path of the config file. */
function toSource(source: string): NonNullable<SettingInfo['source']> {
  return source === 'default' || source === 'environment' ? source : 'file'
}

/** As it would be written; undefined where nothing would be. */
function toText({ kind }: AnySetting, value: AnyValue): string | undefined {
  if (value === undefined) return undefined
  const text = kind.show === undefined ? String(value) : kind.show(value)
  return text === '' ? undefined : text
}
