import { RawAnswer } from '../raw-answer.ts'
import { route } from '../route.ts'

export const openapiRoute = route({
  method: 'GET',
  path: '/v1/openapi.json',
  summary: 'This description of the API',
  status: 200,
  produces: 'application/json',
  errors: [],
  handle: ({ openapi }) => new RawAnswer(openapi()),
})
