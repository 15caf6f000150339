// A server with data. It follows what the broker revokes, and so knows of each token by itself whether it may be served.
import { createVerifier, scope } from '@agentwrit/client'
import { agentOf, requireScope } from '@agentwrit/client/fastify'
import { fastify } from 'fastify'

const { env } = process
const patients = new Map([
  ['P-2014', 'Elena Marchetti'],
  ['P-2077', 'Tomasz Nowak'],
])

const verifier = createVerifier({
  broker: env['AGENTWRIT_BROKER_URL'] ?? 'http://127.0.0.1:8080',
  mode: 'offline',
  credentials: {
    clientId: env['VERIFIER_CLIENT_ID'] ?? '',
    clientSecret: env['VERIFIER_CLIENT_SECRET'] ?? '',
  },
  audience: 'https://records.example',
  issuer: 'https://broker.example',
  onError: (error) => console.warn('verifier:', error),
})

const server = fastify()
server.get<{ Params: { id: string } }>(
  '/patients/:id',
  { onRequest: requireScope(verifier, ({ params }) => scope`read:records:${params.id}`) },
  (request, reply) => {
    const { id } = request.params
    const name = patients.get(id)
    if (name === undefined) return reply.code(404).send({ error_code: 'not_found' })
    return reply.send({ id, name, read_by: agentOf(request).subject })
  },
)
server.addHook('onClose', () => verifier.close())
process.once('SIGTERM', () => void server.close())

await verifier.ready()
await server.listen({ host: '127.0.0.1', port: Number(env['RECORDS_PORT'] ?? 9090) })
