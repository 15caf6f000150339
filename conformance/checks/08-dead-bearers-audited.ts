import { claimsOf } from '../actors/agent.ts'
import { findEvent } from '../actors/audit.ts'
import type { Check } from '../suite/check.ts'
import { expect, expectProblem } from '../wire/expect.ts'
import { deadTokens } from './07-dead-bearers.ts'

export const deadBearersAudited: Check = {
  line: 8,
  title: 'The use of a dead bearer is audited with subject, task, app and jti',
  parts: [
    {
      title: 'renewed, released, revoked',
      run: async (broker) => {
        for (const token of Object.values(await deadTokens(broker))) {
          const claims = claimsOf(token)
          expectProblem(await broker.get('/v1/agents', token), 'unauthorized')
          const filters = { event_type: 'token_revoked_access', jti: claims.jti }
          const event = await findEvent(broker, filters)
          expect(event['agent_id'] === claims.sub, 'the event does not name the subject')
          expect(event['task_id'] === claims.task_id, 'the event does not name the task')
          expect(event['orch_id'] === claims.orch_id, 'the event does not name the orchestration')
          expect(event['app_id'] === claims.app_id, 'the event does not name the app')
          expect(event['outcome'] === 'denied', 'the outcome is not denied')
        }
      },
    },
  ],
}
