import type { AuditKeyList, RotateKeyRequest, RotateKeyResponse } from '@agentwrit/protocol'
import { documentOf, readDocument } from './document.ts'
import type { Answered } from './document.ts'
import type { CallOptions } from './options.ts'
import type { RetryRule } from './retry.ts'
import type { StandingSession } from './standing-session.ts'

const isRotated = documentOf<RotateKeyResponse>({ kid: 'string', previous_kid: 'string' })
const isKeyList = documentOf<AuditKeyList>({ keys: 'array' })

/** The keys with which the broker signs, in the hands of an operator. */
export class SigningKeys {
  readonly #session: StandingSession

  constructor(session: StandingSession) {
    this.#session = session
  }

  async rotate(
    body: RotateKeyRequest,
    options: CallOptions | undefined,
  ): Promise<Answered<RotateKeyResponse>> {
    const call = { method: 'POST', path: '/v1/admin/keys/rotate', body } as const
    return readDocument(await this.#session.send(call, ruleOf(body), options), isRotated)
  }

  async get(options: CallOptions | undefined): Promise<Answered<AuditKeyList>> {
    const call = { method: 'GET', path: '/v1/audit/keys' } as const
    return readDocument(await this.#session.send(call, 'safe', options), isKeyList)
  }
}

/** Only an emergency that names its key is the same when repeated: without a name it would be the next key's turn. */
function ruleOf({ emergency, kid }: RotateKeyRequest): RetryRule {
  return emergency === true && kid !== undefined ? 'safe' : 'unsent'
}
