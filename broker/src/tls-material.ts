import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { createSecureContext } from 'node:tls'
import type { Config } from './config.ts'
import { ConfigError } from './config.ts'
import { type TlsMaterial, tlsOptions } from './http/server/tls.ts'

/** The listener's certificate files, or undefined for plain HTTP. What would fail the first handshake stops the start. */
export async function readTlsMaterial(config: Config): Promise<TlsMaterial | undefined> {
  const { tlsMode, tlsCert, tlsKey, tlsClientCa } = config
  if (tlsMode === 'none') return undefined
  const cert = await readPem('AA_TLS_CERT', tlsCert)
  const key = await readPem('AA_TLS_KEY', tlsKey)
  requirePair(cert, key)
  if (tlsMode === 'tls') return requireUsable({ cert, key })
  const clientCa = await readPem('AA_TLS_CLIENT_CA', tlsClientCa)
  requireCertificates('AA_TLS_CLIENT_CA', clientCa, 'those who sign client certificates')
  return requireUsable({ cert, key, clientCa })
}

async function readPem(variable: string, path: string | undefined): Promise<Buffer> {
  if (path === undefined) throw new ConfigError(`${variable} is required with AA_TLS_MODE`)
  try {
    return await readFile(path)
  } catch (cause) {
    throw new ConfigError(`${variable} names a file that cannot be read: ${path}`, { cause })
  }
}

function requirePair(certPem: Buffer, keyPem: Buffer): void {
  const which = 'the one of the broker, then its chain'
  const certificate = requireCertificates('AA_TLS_CERT', certPem, which)
  if (!certificate.checkPrivateKey(requirePrivateKey(keyPem))) {
    throw new ConfigError(
      'AA_TLS_KEY is not the private key of the first certificate in AA_TLS_CERT: name two files that were made together',
    )
  }
}

/** Every certificate of the file can be read, and there is one; the first. */
function requireCertificates(variable: string, pem: Buffer, which: string): X509Certificate {
  const [first] = parseCertificates(pem)
  if (first !== undefined) return first
  throw new ConfigError(`${variable} must name a PEM file of valid certificates: ${which}`)
}

function parseCertificates(pem: Buffer): X509Certificate[] {
  try {
    const blocks = pem.toString('latin1').match(certificateBlock) ?? []
    return blocks.map((block) => new X509Certificate(block))
  } catch {
    return []
  }
}

const certificateBlock = /-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g

function requirePrivateKey(pem: Buffer): KeyObject {
  try {
    return createPrivateKey(pem)
  } catch {
    // No cause: nothing of a key goes to the log.
    throw new ConfigError('AA_TLS_KEY must name a PEM file of one private key without a passphrase')
  }
}

/** The last word is with who will use it: what OpenSSL takes for too weak, for one. */
function requireUsable(material: TlsMaterial): TlsMaterial {
  try {
    createSecureContext(tlsOptions(material))
    return material
  } catch (cause) {
    throw new ConfigError('AA_TLS_CERT, AA_TLS_KEY or AA_TLS_CLIENT_CA is refused by OpenSSL', {
      cause,
    })
  }
}
