import type { Socket } from 'node:net'

/**
 * Ends a connection in the middle of what was read from it. Node would still make a request of every one in those 64 KiB:
 * up to ten megabytes of objects, until the turn of the loop ends.
 */
export function cutOff(socket: Socket): void {
  socket.destroy()
  // Node keeps its parser here, as it keeps `_httpMessage`.
  const parser: unknown = Reflect.get(socket, 'parser')
  if (typeof parser === 'object' && parser !== null) Reflect.set(parser, 'onIncoming', takeNoMore)
}

/** To the parser: what follows is no HTTP. It stops there. */
function takeNoMore(): number {
  return 2
}
