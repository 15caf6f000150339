import { connect } from 'node:net'
import { framingOfAnswer, MessageSplitter, parseRequest, statusOf } from './message-splitter.ts'
import type { Target } from './passage.ts'

/** Sends a request over a connection of its own and resolves when it was answered, whatever the answer is. */
export async function askAlone(target: Target, request: Buffer): Promise<void> {
  const { method } = parseRequest(request.toString('latin1')) ?? {}
  const splitter = new MessageSplitter((head) => framingOfAnswer(head, method))
  const socket = connect({ ...target, allowHalfOpen: true })
  try {
    socket.write(request)
    for await (const bytes of socket) {
      let isInformation = false
      for (const { head, isLast } of splitter.split(bytes)) {
        isInformation = head === undefined ? isInformation : statusOf(head) < 200
        if (isLast && !isInformation) return
      }
    }
  } catch {
    // The original is on its way all the same.
  } finally {
    socket.destroy()
  }
}
