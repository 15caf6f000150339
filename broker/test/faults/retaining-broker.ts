import { join } from 'node:path'
import { createBroker, type Broker } from '../../src/broker.ts'
import { readConfig } from '../../src/config.ts'
import { adminSecret } from '../test-broker.ts'

/** On the files of this folder, keeping audit events for 30 days; its clock goes on from `now` (milliseconds). */
export function openRetaining(folder: string, now: number): Promise<Broker> {
  const begun = performance.now()
  return createBroker({
    ...readConfig({
      AA_ADMIN_SECRET: adminSecret,
      AA_DB_PATH: join(folder, 'data.db'),
      AA_SIGNING_KEY_PATH: join(folder, 'signing.key'),
      AA_AUDIT_RETENTION_DAYS: '30',
    }),
    clock: () => now + Math.floor(performance.now() - begun),
    log: { info: () => undefined, warn: () => undefined, error: () => undefined },
  })
}
