// The verifier that asks (contract 4.3). Laws: a good answer is kept for a second, a bad one no longer; who asks about the
// same token meanwhile shares the question; without an answer, or with one that cannot be read, nothing is accepted.
import { readClaims, readToken } from '@agentwrit/protocol'
import type { Claims } from '@agentwrit/protocol'
import { onDispose } from '../dispose.ts'
import { AgentWritError } from '../errors.ts'
import type { Surroundings } from '../options.ts'
import { ageOf, instantNow } from './age.ts'
import type { Instant } from './age.ts'
import { freeze } from './freeze.ts'
import { decide, findRefusal, readRequired, refuse } from './judge.ts'
import { becomeReady } from './ready.ts'
import type { ReadyOptions } from './ready.ts'
import type { Settings } from './settings.ts'
import { TokenCache } from './token-cache.ts'
import type { Verification, Verifier, Wanted } from './verification.ts'

/** Milliseconds: how long a revocation may go unnoticed. */
const longestKept = 1_000
/** Tokens that the broker is asked about at the same time. */
const mostQuestions = 1_000

interface Answer {
  /** Of a valid token. */
  readonly claims: Claims | undefined
  readonly askedAt: Instant
}

export class Introspection implements Verifier {
  readonly #settings: Settings
  readonly #surroundings: Surroundings
  readonly #answers: TokenCache<Answer>
  readonly #questions = new Map<string, Promise<Answer>>()
  readonly #closing = new AbortController()
  /** Closes; only where the runtime has `Symbol.asyncDispose`. */
  declare readonly [Symbol.asyncDispose]: () => Promise<void>

  static {
    onDispose(this, (verifier) => verifier.close())
  }

  constructor(settings: Settings) {
    this.#settings = settings
    this.#surroundings = settings.broker.transport.surroundings
    this.#answers = new TokenCache(settings.cacheBytes)
  }

  async verify(token: string | undefined, wanted?: Wanted): Promise<Verification> {
    const required = readRequired(wanted)
    if (token === undefined || token === '') return refuse('missing_token', required)
    try {
      return this.#judge(await this.#answerAbout(token), required)
    } catch (error) {
      this.#settings.report(error)
      return refuse('not_ready', required)
    }
  }

  async ready({ timeout, signal: own }: ReadyOptions = {}): Promise<void> {
    const { broker } = this.#settings
    const attempt = async (signal: AbortSignal) => {
      // A broker that does not know what is revoked refuses to answer, whatever it is asked about.
      await broker.validate('-', { signal })
    }
    const closing = this.#closing.signal
    await becomeReady(attempt, {
      ...(timeout === undefined ? {} : { timeout }),
      signal: own === undefined ? closing : AbortSignal.any([own, closing]),
      surroundings: this.#surroundings,
    })
  }

  async close(): Promise<void> {
    this.#closing.abort(new AgentWritError('the verifier is closed'))
    this.#answers.clear()
  }

  /** In one turn with what is done with the result. */
  #judge({ claims, askedAt }: Answer, required: readonly string[]): Verification {
    const { maxStaleness } = this.#settings
    if (this.#closing.signal.aborted || ageOf(askedAt, this.#surroundings) > maxStaleness)
      return refuse('not_ready', required)
    if (claims === undefined) return refuse('invalid_token', required)
    const reason = findRefusal(claims, this.#settings, this.#surroundings.now())
    return reason === undefined ? decide(claims, required) : refuse(reason, required)
  }

  #answerAbout(token: string): Answer | Promise<Answer> {
    const known = this.#answers.get(token)
    if (known !== undefined && ageOf(known.askedAt, this.#surroundings) <= longestKept) return known
    const underWay = this.#questions.get(token)
    if (underWay !== undefined) return underWay
    if (this.#questions.size >= mostQuestions)
      throw new AgentWritError('too many tokens are being asked about at once')
    const asked = this.#ask(token).finally(() => this.#questions.delete(token))
    this.#questions.set(token, asked)
    return asked
  }

  async #ask(token: string): Promise<Answer> {
    const askedAt = instantNow(this.#surroundings)
    const claims = readClaims(readToken(token)?.payload)
    const isValid = claims !== undefined && (await this.#isValid(token, claims))
    const answer = { claims: isValid ? freeze(claims) : undefined, askedAt }
    // What has no form of a token is found out sooner than it is looked up.
    if (claims !== undefined) this.#answers.set(token, answer)
    return answer
  }

  async #isValid(token: string, { jti }: Claims): Promise<boolean> {
    const { broker, audience, maxStaleness: timeout } = this.#settings
    const answer = await broker.validate(token, {
      timeout,
      ...(audience === null ? {} : { audience }),
    })
    if (!answer.valid) return false
    if (answer.claims.jti === jti) return true
    throw new AgentWritError('the broker has answered about another token')
  }
}
