import assert from 'node:assert/strict'
import { createPublicKey, generateKeyPairSync, sign, verify } from 'node:crypto'
import test from 'node:test'
import * as fc from 'fast-check'
import {
  checkpointInput,
  encodeHex,
  verifyAuditExport,
  type AuditEvent,
  type AuditExportCheck,
  type Checkpoint,
  type VerifySignature,
} from '@agentwrit/protocol'
import { readVector } from './read-vector.ts'
import { sha256 } from './vector-keys.ts'

const { keys, checkpoints, lines, changed } = readVector('audit-export')
const events = lines.map((line): AuditEvent => JSON.parse(line))
const isSigned: VerifySignature = ({ x }, message, signature) => {
  const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' })
  return verify(null, message, key, signature)
}
const check: AuditExportCheck = { hash: sha256, verify: isSigned, keys, checkpoints }
const last = headAt(6)
const intact = {
  ok: true,
  events_checked: 6,
  checkpoints_checked: 3,
  checkpoints_compromised: 1,
  head: last,
}

test('an intact export verifies, parsed or as lines, at once or as a stream, in any order of checkpoints', async () => {
  assert.deepEqual(await verifyAuditExport(lines, check), intact)
  assert.deepEqual(await verifyAuditExport(events, check), intact)
  assert.deepEqual(await verifyAuditExport(`${lines.join('\n')}\n`.split('\n'), check), intact)
  const later: AuditExportCheck = {
    ...check,
    checkpoints: checkpoints.toReversed(),
    hash: async (text) => sha256(text),
    verify: async (...signed) => isSigned(...signed),
  }
  assert.deepEqual(await verifyAuditExport(stream(), later), intact)
})

test('every change of the vectors is found, and the first bad event named', async () => {
  assert.ok(changed.length > 10)
  for (const { change, lines: found, checkpoints: kept, error } of changed) {
    const result = await verifyAuditExport(found, { ...check, checkpoints: kept })
    assert.deepEqual([result.ok, result.error], [false, error], change)
  }
})

test('without checkpoints the chain alone is checked: cutting off and calculating anew stay unseen', async () => {
  const unseen = ['the last event cut off', 'the chain calculated anew from event 2 on']
  for (const { change, lines: found } of changed) {
    const { ok } = await verifyAuditExport(found, { hash: sha256 })
    const isUnseen = unseen.includes(change) || change.includes('everything') || found === lines
    assert.equal(ok, isUnseen || change.startsWith('a checkpoint'), change)
  }
})

test('an export that begins later is anchored by what is known of the event before', async () => {
  const start = checkpoints[0]
  assert.ok(start !== undefined)
  const rest = lines.slice(4)
  assert.deepEqual(await verifyAuditExport(rest, { ...check, start }), {
    ...intact,
    events_checked: 2,
  })
  const earlier = await verifyAuditExport(lines.slice(5), { ...check, start: headAt(5) })
  assert.deepEqual([earlier.ok, earlier.checkpoints_checked], [true, 2])
  assert.deepEqual((await verifyAuditExport(rest, check)).error, { seq: 1, reason: 'sequence' })
  const wrong = { ...check, start: { ...start, hash: headAt(3).hash } }
  assert.deepEqual((await verifyAuditExport(rest, wrong)).error, { seq: 4, reason: 'checkpoint' })
  const unsigned = { hash: sha256, start: { ...start, hash: headAt(3).hash } }
  assert.deepEqual((await verifyAuditExport(rest, unsigned)).error, { seq: 5, reason: 'link' })
})

test('what cannot be verified is not passed over', async () => {
  const first = checkpoints[0]
  assert.ok(first !== undefined)
  const unverifiable: Partial<AuditExportCheck>[] = [
    { keys: [] },
    { keys: keys.slice(0, 1) },
    { verify: () => false },
    { checkpoints: [{ ...first, signature: 'none' }] },
    { checkpoints: [{ ...first, signature: first.signature.toUpperCase() }] },
    { checkpoints: [{ ...first, time: '\ud800' }] },
    { checkpoints: [{ seq: 4, hash: first.hash } as Checkpoint] },
  ]
  for (const members of unverifiable) {
    const { error } = await verifyAuditExport(lines, { ...check, ...members })
    assert.deepEqual(error, { seq: 4, reason: 'signature' })
  }
  const { verify: _, ...unable } = check
  assert.equal((await verifyAuditExport(lines, unable)).error?.reason, 'signature')
})

test('a checkpoint that no event can have is a fault, wherever it is sorted', async () => {
  for (const seq of [2.5, Number.NaN, '5' as unknown as number, 7]) {
    const strange = { ...last, seq, time: 'x', kid: 'x', signature: 'x' }
    const result = await verifyAuditExport(lines, {
      ...check,
      checkpoints: [...checkpoints, strange],
    })
    assert.equal(result.ok, false, String(seq))
  }
})

test('a key is not taken for the one whose name it bears', async () => {
  const [kept] = checkpoints.filter(({ seq }) => seq === 6)
  const thief = generateKeyPairSync('ed25519')
  const x = thief.publicKey.export({ format: 'jwk' }).x ?? ''
  assert.ok(kept)
  const forged = {
    ...kept,
    signature: encodeHex(sign(null, Buffer.from(checkpointInput(kept)), thief.privateKey)),
  }
  const planted = keys.map((key) => (key.kid === kept.kid ? { ...key, x } : key))
  const result = await verifyAuditExport(lines, { ...check, keys: planted, checkpoints: [forged] })
  assert.deepEqual(result.error, { seq: 6, reason: 'signature' })
})

test('a wrong checkpoint under a compromised key is a fault all the same', async () => {
  const forged = changed.find(({ change }) => change.startsWith('the chain calculated anew'))
  assert.ok(forged !== undefined)
  const kept = checkpoints.slice(0, 1)
  assert.equal(kept[0]?.kid, keys.find(({ status }) => status === 'compromised')?.kid)
  const { error } = await verifyAuditExport(forged.lines, { ...check, checkpoints: kept })
  assert.deepEqual(error, { seq: 4, reason: 'checkpoint' })
})

test('lines that are no events are never passed over, and never rejected', async () => {
  for (const line of ['null', '7', '"text"', '[]', '{}', ' ', '{', `${lines[2]}${lines[2]}`]) {
    const result = await verifyAuditExport(lines.with(2, line), check)
    assert.equal(result.error?.seq, 3, line)
  }
})

test('with a checkpoint over the last event any change of any line, and any selection of lines, is found', async () => {
  const place = fc.nat(lines.length - 1)
  await fc.assert(
    fc.asyncProperty(fc.array(place, { maxLength: 9 }), async (order) => {
      fc.pre(order.join() !== '0,1,2,3,4,5')
      const found = order.map((index) => lines[index] ?? '')
      assert.equal((await verifyAuditExport(found, check)).ok, false)
    }),
  )
  await fc.assert(
    fc.asyncProperty(place, fc.nat(), fc.string({ maxLength: 2 }), async (index, where, text) => {
      const line = lines[index] ?? ''
      const cut = where % line.length
      const other = line.slice(0, cut) + text + line.slice(cut + 1)
      fc.pre(JSON.stringify(parse(other)) !== line)
      const { error } = await verifyAuditExport(lines.with(index, other), check)
      assert.equal(error?.seq, index + 1)
    }),
  )
})

function headAt(seq: number) {
  const event = events[seq - 1]
  assert.ok(event !== undefined)
  return { seq, hash: event.hash }
}

async function* stream(): AsyncGenerator<string> {
  for (const line of lines) {
    await Promise.resolve()
    yield line
  }
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    return undefined
  }
}
