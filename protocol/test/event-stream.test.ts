import assert from 'node:assert/strict'
import { test } from 'node:test'
import { EventStreamReader, formatServerSentEvent, type ServerSentEvent } from '@agentwrit/protocol'
import * as fc from 'fast-check'

const line = fc.string({ unit: fc.constantFrom('a', ':', ' ', '\u2028', 'é', '{', '"') })
const event: fc.Arbitrary<ServerSentEvent> = fc.record(
  { event: fc.stringMatching(/^[a-z]+$/), data: line, id: line },
  { requiredKeys: ['event', 'data'], noNullPrototype: true },
)

test('what was sent is read again, in whatever pieces it comes', () => {
  fc.assert(
    fc.property(fc.array(event), fc.array(fc.nat({ max: 40 })), (events, sizes) => {
      const reader = new EventStreamReader()
      let text = `retry: 2000\n\n:\n\n${events.map(formatServerSentEvent).join(':\n\n')}`
      const read: ServerSentEvent[] = []
      for (const size of sizes) {
        read.push(...reader.read(text.slice(0, size)))
        text = text.slice(size)
      }
      read.push(...reader.read(text))
      assert.deepEqual(read, events)
    }),
  )
})

test('an event that has not come to its end is none', () => {
  const reader = new EventStreamReader()
  assert.deepEqual(reader.read('event: fresh\nid: 1\ndata: {}\n'), [])
  assert.deepEqual(reader.read('\n'), [{ event: 'fresh', id: '1', data: '{}' }])
})

test('lines may end in carriage return and line feed', () => {
  const read = new EventStreamReader().read('event: fresh\r\ndata: a\r\ndata: b\r\n\r\n')
  assert.deepEqual(read, [{ event: 'fresh', data: 'a\nb' }])
})

test('an event without end is refused before it fills the memory', () => {
  const reader = new EventStreamReader()
  const piece = 'x'.repeat(1024 * 1024)
  assert.throws(() => {
    for (let count = 0; count < 5; count += 1) reader.read(piece)
  }, RangeError)
})

test('lines that hold nothing fill the memory, too', () => {
  const reader = new EventStreamReader()
  const piece = 'data\n'.repeat(1024 * 1024)
  assert.throws(() => {
    for (let count = 0; count < 5; count += 1) reader.read(piece)
  }, RangeError)
})
