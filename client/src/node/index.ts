export { currentAgent, withAgent } from './ambient-agent.ts'
export { tlsFetch } from './tls-fetch.ts'
export type { TlsCredentials } from './tls-fetch.ts'
