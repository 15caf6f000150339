import { acceptsGzip, gzip } from '../server/gzip.ts'
import { RawAnswer } from '../raw-answer.ts'
import { route } from '../route.ts'

export const metricsRoute = route({
  method: 'GET',
  path: '/v1/metrics',
  summary: 'Metrics in the Prometheus text format',
  status: 200,
  isAlwaysServed: true,
  produces: 'text/plain; version=0.0.4; charset=utf-8',
  errors: [],
  handle: async ({ metrics }, { headers }) => {
    const text = await metrics.text()
    const vary = { vary: 'accept-encoding' }
    if (!acceptsGzip(headers['accept-encoding'])) return new RawAnswer(text, vary)
    return new RawAnswer(await gzip(text), { ...vary, 'content-encoding': 'gzip' })
  },
})
