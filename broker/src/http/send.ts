import type { FastifyReply } from 'fastify'

/** Sends text or bytes as they are: a serialiser of its own keeps Fastify from adding `; charset=utf-8` to JSON. */
export function sendText(reply: FastifyReply, body: string | Uint8Array): void {
  reply.serializer(asItIs).send(body)
}

function asItIs(body: string): string {
  return body
}
