export { createBroker } from './broker.ts'
export type { Broker, BrokerOptions } from './broker.ts'
export { ConfigError, readConfig } from './config.ts'
export type { Config, Secrets } from './config.ts'
