// Sends the time once a millisecond; see loop-delay.ts.
import { parentPort } from 'node:worker_threads'

if (parentPort === null) throw new Error('this module runs in a worker thread')
const port = parentPort

setInterval(() => port.postMessage(process.hrtime.bigint()), 1)
