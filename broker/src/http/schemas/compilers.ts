// Schemas are constants of the routes: what Fastify compiles from one is kept for the next broker of the same process.
// These are Fastify's own compilers, made once; a broker alone in its process compiles what it did before.
import { AjvCompiler } from '@fastify/ajv-compiler'
import { SerializerSelector } from '@fastify/fast-json-stringify-compiler'
import type { FastifyServerOptions } from 'fastify'

type Factories = NonNullable<
  NonNullable<FastifyServerOptions['schemaController']>['compilersFactory']
>
type BuildSerializer = NonNullable<Factories['buildSerializer']>
type Serializer = ReturnType<ReturnType<BuildSerializer>>

const buildSerializer: BuildSerializer = SerializerSelector()
const serializers = new WeakMap<object, Serializer>()

export const compilers: Factories = {
  // Keeps its Ajv, and Ajv keeps a validator for each schema object.
  buildValidator: AjvCompiler(),
  buildSerializer(shared, options) {
    const compile = buildSerializer(shared, options)
    return (place) => {
      const { schema } = place
      if (typeof schema !== 'object' || schema === null) return compile(place)
      const serializer = serializers.get(schema) ?? compile(place)
      serializers.set(schema, serializer)
      return serializer
    }
  },
}
