import type { Answer, Done } from './answer.ts'
import type { Heard } from './ask-broker.ts'
import type { Reply } from './port.ts'

/** Names what was made, when both sides say that something was. */
export function madeBy<Value>(
  reply: Reply<Value>,
  expected: Answer,
  name: (value: Value, made: Done) => void,
): Heard {
  if (reply.refused !== undefined) return { refused: reply.refused }
  if (expected.refused === undefined) name(reply.value, expected)
  return {}
}
