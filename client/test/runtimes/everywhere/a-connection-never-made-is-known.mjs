import { Broker, TransportError } from '@agentwrit/client'
import { checkEqual, rejection } from '../check.mjs'

/** A browser tells nobody why it could not connect, so that it counts as sent. */
export async function run({ refused, unknownHost, isBrowser }) {
  for (const url of [refused, unknownHost]) {
    let pauses = 0
    const sleep = async () => {
      pauses += 1
    }
    const broker = new Broker(url, { surroundings: { sleep } })
    // Without a key a renewal is repeated only if it certainly was not sent.
    const error = await rejection(broker.renew('a.b.c', { maxRetries: 2 }), TransportError)
    checkEqual(error.neverSent, !isBrowser, `neverSent of ${url}`)
    checkEqual(pauses, isBrowser ? 0 : 2, 'the number of repeats')
  }
}
