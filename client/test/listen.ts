import { once } from 'node:events'
import type { Server } from 'node:http'
import { Server as TlsServer } from 'node:https'
import type { AddressInfo } from 'node:net'

export interface Listening extends AsyncDisposable {
  readonly url: string
}

/** On a free port of the loopback interface; disposing of it cuts what is still connected. */
export async function listen(server: Server | TlsServer): Promise<Listening> {
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const scheme = server instanceof TlsServer ? 'https' : 'http'
  return {
    url: `${scheme}://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await once(server.close(), 'close')
    },
  }
}
