import assert from 'node:assert/strict'
import { RevocationFollower } from '@agentwrit/protocol'
import { toPublished } from '../../src/domain/streams/change.ts'
import { readSnapshot } from '../../src/domain/streams/snapshot.ts'
import type { TestBroker } from '../test-broker.ts'

/** A follower that nothing ever comes between: it reads the store itself, after every step. */
export class Reference {
  readonly follower: RevocationFollower = new RevocationFollower()
  #seq = 0

  /** From what there is, as a whole. */
  async begin({ broker: { context } }: TestBroker): Promise<void> {
    for await (const data of readSnapshot(context)) {
      assert.ok(this.follower.take({ event: 'snapshot', data }))
      this.#seq = data.seq
    }
  }

  async keepUp({ broker: { context } }: TestBroker): Promise<void> {
    for (const change of await context.store.changes.after(this.#seq, 100_000)) {
      const data = { seq: change.seq, ...toPublished(change) }
      assert.ok(this.follower.take({ event: 'revocation', data }))
      this.#seq = change.seq
    }
  }
}
