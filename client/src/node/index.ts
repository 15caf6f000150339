export { currentAgent, withAgent } from './ambient-agent.ts'
