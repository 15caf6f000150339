import { App } from '@agentwrit/client'

/** The sample of the READMEs, run by a test: the status with which the sales server answers an agent. */
export async function fiveLines(sales: string): Promise<number> {
  // #region sample
  // Signs in with AGENTWRIT_BROKER_URL, AGENTWRIT_CLIENT_ID and AGENTWRIT_CLIENT_SECRET.
  const app = await App.signIn({ allowedOrigins: [sales] })
  const task = { orchId: 'reports', taskId: 'monthly', scope: ['read:sales:2026-10'], ttl: 300 }
  await using agent = await app.createAgent(task) // released at the end of the block
  const answer = await agent.fetch(`${sales}/sales/2026-10`) // with its token, renewed when due
  // #endregion
  return answer.status
}
