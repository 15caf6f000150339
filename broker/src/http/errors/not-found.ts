import type { FastifyReply, FastifyRequest } from 'fastify'
import { Fault } from '../../domain/fault.ts'
import { pathOf } from '../server/request-target.ts'
import type { Route } from '../route.ts'

interface Place {
  readonly segments: readonly string[]
  /** The methods it has, as the `Allow` header lists them. */
  readonly allow: string
}

/** 404 for a path nobody has, 405 for a method this path lacks. Both are decided before any credential is looked at. */
export function refuseUnmatched(
  routes: readonly Route[],
): (request: FastifyRequest, reply: FastifyReply) => never {
  const places = placesOf(routes)
  return (request, reply) => {
    const place = findPlace(places, request.raw.url ?? '')
    if (place === undefined) throw unknownPath()
    reply.header('allow', place.allow)
    throw new Fault('method_not_allowed', `this path takes ${place.allow}`)
  }
}

export function unknownPath(): Fault {
  return new Fault('not_found', 'nothing is served under this path')
}

function placesOf(routes: readonly Route[]): Place[] {
  const methods = Map.groupBy(routes, ({ path }) => path)
  return Array.from(methods, ([path, same]) => {
    const names = same.flatMap(({ method }) => (method === 'GET' ? ['GET', 'HEAD'] : [method]))
    return { segments: path.split('/'), allow: names.toSorted().join(', ') }
  })
}

function findPlace(places: readonly Place[], target: string): Place | undefined {
  const segments = pathOf(target).split('/').map(decodeSegment)
  return places.find(
    (place) =>
      place.segments.length === segments.length &&
      place.segments.every((name, index) => fits(name, segments[index] ?? '')),
  )
}

/** A variable takes any segment but an empty one. */
function fits(name: string, segment: string): boolean {
  return name.startsWith('{') ? segment !== '' : name === segment
}

function decodeSegment(segment: string): string {
  try {
    return decodeURIComponent(segment)
  } catch (cause) {
    throw new Fault('invalid_request', 'the path is badly encoded', { cause })
  }
}
