// The thread of verify-queue.ts: a packed batch in, one byte for each of its signatures out (1: it verifies).
import { parentPort } from 'node:worker_threads'
import { chooseEd25519 } from './choose-ed25519.ts'
import { unpackBatch } from './verify-batch.ts'

if (parentPort === null) throw new Error('this module runs in a worker thread')
const port = parentPort
const ed25519 = await chooseEd25519()

port.on('message', (packed: Uint8Array) => {
  const verdicts = unpackBatch(packed).map(({ publicKey, message, signature }) =>
    ed25519.verify(publicKey, message, signature) ? 1 : 0,
  )
  port.postMessage(Uint8Array.from(verdicts))
})
