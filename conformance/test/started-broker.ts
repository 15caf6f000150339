import { createPrivateKey } from 'node:crypto'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { adminSecret } from '../../broker/test/test-broker.ts'
import { brokerFiles, launch } from '../../broker/test/faults/broker-process.ts'

export { adminSecret }

export interface StartedBroker extends AsyncDisposable {
  readonly url: string
  readonly keyPath: string
}

/** A real `awrit serve` on the key of RFC 8037 appendix A, with any settings, TLS too. */
export async function startBroker(
  environment: Readonly<Record<string, string>> = {},
): Promise<StartedBroker> {
  const files = await brokerFiles()
  await writeFile(files.keyPath, rfc8037Pem, { mode: 0o600 })
  const child = launch(files, { environment })
  const ended = once(child, 'close')
  let output = ''
  const { promise: listening, resolve: tell } = Promise.withResolvers<string>()
  const collect = (chunk: unknown) => {
    output = (output + String(chunk)).slice(0, 64 * 1024)
    const url = /"url":"(https?:[^"]+)"/.exec(output)?.[1]
    if (url !== undefined) tell(url)
  }
  child.stdout?.on('data', collect)
  child.stderr?.on('data', collect)
  const url = await Promise.race([listening, ended])
  if (typeof url !== 'string') throw new Error(`the broker ended: ${output}`)
  return {
    url,
    keyPath: files.keyPath,
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL')
      await ended
      await files[Symbol.asyncDispose]()
    },
  }
}

const rfc8037Pem = createPrivateKey({
  format: 'jwk',
  key: {
    kty: 'OKP',
    crv: 'Ed25519',
    d: 'nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A',
    x: '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo',
  },
}).export({ format: 'pem', type: 'pkcs8' })
