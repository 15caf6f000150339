import { readFile } from 'node:fs/promises'
import type { Config } from './config.ts'
import { ConfigError } from './config.ts'
import type { TlsMaterial } from './http/tls.ts'

/** The listener's certificate files, or undefined for plain HTTP. A file that cannot be read stops the start. */
export async function readTlsMaterial(config: Config): Promise<TlsMaterial | undefined> {
  const { tlsMode, tlsCert, tlsKey, tlsClientCa } = config
  if (tlsMode === 'none') return undefined
  const cert = await readPem('AA_TLS_CERT', tlsCert)
  const key = await readPem('AA_TLS_KEY', tlsKey)
  if (tlsMode === 'tls') return { cert, key }
  return { cert, key, clientCa: await readPem('AA_TLS_CLIENT_CA', tlsClientCa) }
}

async function readPem(variable: string, path: string | undefined): Promise<Buffer> {
  if (path === undefined) throw new ConfigError(`${variable} is required with AA_TLS_MODE`)
  try {
    return await readFile(path)
  } catch (cause) {
    throw new ConfigError(`${variable} names a file that cannot be read: ${path}`, { cause })
  }
}
