import { randomBytes } from 'node:crypto'
import { encodeHex } from '@agentwrit/protocol'
import type { FastifyInstance } from 'fastify'
import type { Config, ReadConfig, Secrets } from './config.ts'
import { showSettings } from './config/show-settings.ts'
import { openKeys } from './crypto/broker-keys.ts'
import { fingerprint, macKey } from './crypto/derived-keys.ts'
import { loadSigningKeyFile } from './crypto/key-file.ts'
import { makeFirstSigningKey } from './crypto/sealed-key.ts'
import { verifiedTokenCache } from './crypto/verified-token-cache.ts'
import { CheckpointMaker } from './domain/audit/checkpoint-maker.ts'
import { Refusals } from './domain/audit/refusals.ts'
import type { Context, Live } from './domain/context.ts'
import { HeadWatch } from './domain/epoch/head-watch.ts'
import type { Clock, Log, Random } from './domain/surroundings.ts'
import { makeSeedTokens, type SeedTokens } from './domain/operators/seed-tokens.ts'
import { RevocationIndex } from './domain/revocation/revocation-index.ts'
import { KeyFollower } from './domain/signing-keys/key-follower.ts'
import { Statistics } from './domain/statistics/statistics.ts'
import { makeFeeds } from './domain/streams/feeds.ts'
import { followFeeds } from './follow-feeds.ts'
import { buildApp } from './http/app.ts'
import { listen, stopListening } from './http/server/listen.ts'
import { Metrics } from './http/state/metrics.ts'
import { Readiness } from './http/state/readiness.ts'
import { keepStatistics } from './keep-statistics.ts'
import { startMaintenance } from './maintenance.ts'
import { startWatching } from './watch-head.ts'
import { isStoreEmpty, openStore } from './store/open-store.ts'
import { type StoreObserver, storeOperations } from './store/store-observer.ts'
import { readTlsMaterial } from './tls-material.ts'
import { version } from './version.ts'

/**
 * What a broker is made of. `log` takes what any structured logger does; `clock` is milliseconds since the epoch and
 * `random` a CSPRNG, both the machine's own by default. `sources`: what operators are told of where settings are from.
 *
 * @example
 * ```ts
 * const { config, secrets } = readConfig(process.env)
 * const options: BrokerOptions = { config, secrets, log: console }
 * ```
 */
export interface BrokerOptions {
  readonly config: Config
  readonly secrets: Secrets
  readonly sources?: ReadConfig['sources']
  readonly log: Log
  readonly clock?: Clock
  readonly random?: Random
}

/**
 * A running broker; disposing of it ends requests, writes what is pending and closes the store.
 *
 * @example
 * ```ts
 * async function isReady(broker: Broker): Promise<boolean> {
 *   const { statusCode } = await broker.app.inject('/readyz')
 *   return statusCode === 200
 * }
 * ```
 */
export interface Broker extends AsyncDisposable {
  /** The HTTP application: `app.inject` asks it without a port. */
  readonly app: FastifyInstance
  /** What the verbs of the domain take; not for anybody outside. */
  readonly context: Context
  /** With `AA_SEED_TOKENS=true`. */
  readonly seedTokens: SeedTokens | undefined
  /** Begins to serve on `AA_BIND_ADDRESS:AA_PORT`; resolves to where it can be reached. */
  listen(): Promise<{ readonly url: string }>
  /** The same as disposing of it; closing twice is no error. */
  close(): Promise<void>
}

/**
 * All the wiring of the broker. Fails, saying what to do, before the first request could be answered wrongly. Makes
 * database and key file when neither is there, and does not listen before it is told to.
 *
 * @example
 * ```ts
 * const { config, secrets } = readConfig({ AA_ADMIN_SECRET: process.env['AA_ADMIN_SECRET'], AA_PORT: '0' })
 * await using broker = await createBroker({ config, secrets, log: console })
 * const { url } = await broker.listen()
 * console.log(`listening on ${url}`)
 * ```
 */
export async function createBroker(options: BrokerOptions): Promise<Broker> {
  const { config, secrets, log, clock = Date.now, random = randomBytes } = options
  // Whatever is opened is closed again, from last to first: at the end, or when a later step fails.
  await using opened = new AsyncDisposableStack()
  const metrics = new Metrics(() => store.agents.countActive(clock()), storeOperations)
  const tls = await readTlsMaterial(config)
  const mayCreate = isStoreEmpty(config.dbPath) && !config.importSigningKey
  const seed = await loadSigningKeyFile(config.signingKeyPath, { mayCreate })
  const at = clock()
  const store = await openStore({
    path: config.dbPath,
    macKey: macKey(seed),
    fingerprint: fingerprint(seed),
    firstSigningKey: makeFirstSigningKey({ seedFile: seed, imported: config.importSigningKey, at }),
    clock,
    observe: storeObserver(metrics, (events, _seconds, place) => {
      live.checkpoints.eventsCommitted(events)
      live.statistics.eventsCommitted(events, place)
      following.told()
    }),
    warn: (message) => log.warn({}, message),
    fatal: endProcess(log),
  })
  opened.defer(() => store.close())
  const signingKeys = await store.signingKeys.all()
  const keys = await openKeys({ seed, signingKeys, adminSecret: secrets.adminSecret })
  opened.use(keys)
  const { notBefore, seq } = await store.head()
  const auditEvents = await store.audit.count()
  metrics.eventsLoaded(auditEvents)
  // Whichever is later: entries that the store's time has ended must not leave their tokens alive on a clock set back.
  const since = Math.max(at, store.lastTime())
  const revocations = new RevocationIndex(notBefore, await store.revocations.inForce(since), since)
  const follower = new KeyFollower({ keys, store: store.signingKeys, clock, log })
  const live: Live = {
    identity: { id: encodeHex(random(8)), version, startedAt: at },
    revocations,
    verified: verifiedTokenCache(),
    refusals: new Refusals({ audit: store.audit, clock, log, counted: invalidTokens(metrics) }),
    signingKeys: follower,
    checkpoints: new CheckpointMaker({ keys, store, signingKeys: follower, clock, log }),
    head: new HeadWatch({ store: store.epochs, revocations, log }),
    feeds: makeFeeds({ store, clock, config }),
    statistics: new Statistics(() => Math.max(clock(), store.lastTime()), seq),
    verifying: new Set(),
    previewing: new Set(),
  }
  const context: Context = { config, clock, random, keys, store, log, live }
  const following = followFeeds(live.feeds)
  const rounds = [startWatching(live.head), startMaintenance(context), keepStatistics(context)]
  for (const round of [following, ...rounds]) opened.defer(() => round.stop())
  const readiness = new Readiness(store, clock, auditEvents)
  const told = { metrics, version, settings: showSettings(options) }
  const app = await buildApp({ context, readiness, tls, ...told })
  opened.defer(() => stopListening(app, readiness))
  const seedTokens = config.seedTokens ? await makeSeedTokens(context) : undefined
  readiness.markReady()

  const running = opened.move()
  const close = () => running.disposeAsync()
  const serve = () => listenAt(app, config)
  return { app, context, seedTokens, listen: serve, close, [Symbol.asyncDispose]: close }
}

async function listenAt(app: FastifyInstance, { bindAddress, port, tlsMode }: Config) {
  const taken = await listen(app, { host: bindAddress, port })
  const host = bindAddress.includes(':') ? `[${bindAddress}]` : bindAddress
  return { url: `${tlsMode === 'none' ? 'http' : 'https'}://${host}:${taken}` }
}

function storeObserver(metrics: Metrics, signing: StoreObserver['eventsCommitted']): StoreObserver {
  return {
    eventsCommitted(events, seconds, place) {
      metrics.eventsCommitted(events)
      if (events.length > 0) metrics.writeDuration(seconds)
      signing(events, seconds, place)
    },
    tokensKilled: (level, count) => metrics.tokensKilled(level, count),
    operationFailed: (operation) => metrics.storeFailed(operation),
  }
}

function invalidTokens(metrics: Metrics): (reason: string) => void {
  return (reason) => {
    if (reason === 'unknown_session') metrics.unknownSession()
    if (reason === 'not_yet_valid') metrics.clockSkew()
  }
}

/** A lost commit leaves memory and disk in doubt of each other: only a fresh start knows what is true. */
function endProcess(log: Log): (cause: unknown) => void {
  return (cause) => {
    log.error({ err: cause }, 'the database failed in the middle of a commit: the broker ends')
    process.exit(1)
  }
}
