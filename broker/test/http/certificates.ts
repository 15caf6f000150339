// @peculiar/x509 injects its parts by decorators, and wants their store to be loaded first.
// oxlint-disable-next-line import/no-unassigned-import -- it is loaded for what it does
import 'reflect-metadata'
import { X509CertificateGenerator } from '@peculiar/x509'

export interface Credentials {
  readonly cert: string
  readonly key: string
}

/** A certificate that signs itself, valid for an hour. */
export async function selfSigned(name: string): Promise<Credentials> {
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' }
  const keys = await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])
  const certificate = await X509CertificateGenerator.createSelfSigned({
    serialNumber: '01',
    name: `CN=${name}`,
    notBefore: new Date(Date.now() - 60_000),
    notAfter: new Date(Date.now() + 3_600_000),
    keys,
    signingAlgorithm: algorithm,
  })
  const pkcs8 = Buffer.from(await crypto.subtle.exportKey('pkcs8', keys.privateKey))
  const lines = pkcs8.toString('base64').replaceAll(/.{64}/g, '$&\n')
  const key = `-----BEGIN PRIVATE KEY-----\n${lines}\n-----END PRIVATE KEY-----\n`
  return { cert: certificate.toString('pem'), key }
}
