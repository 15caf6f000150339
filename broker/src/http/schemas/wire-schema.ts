import type { Static, TSchema } from 'typebox'

/** A JSON Schema whose values are known to have the type `Wire`. */
export type WireSchema<Wire> = TSchema & { readonly '~wire'?: Wire }

/**
 * The schema as given, if it says exactly what the wire type of the protocol says: the same members, equally optional,
 * of the same types. If they differ this does not compile, and the error names the members.
 */
export function wireSchema<Wire>(): <Schema extends TSchema>(
  schema: Schema & Difference<Plain<Static<Schema>>, Plain<Wire>>,
) => WireSchema<Wire> {
  return (schema) => schema
}

/** `unknown` where both are the same type, else an object type that nothing has. */
type Difference<Described, Wire> =
  IsSame<Described, Wire> extends true
    ? unknown
    : { readonly differs: DifferingMembers<Described, Wire> }

type DifferingMembers<Described, Wire> = {
  [Name in keyof Described | keyof Wire]: Name extends keyof Described & keyof Wire
    ? IsSame<Pick<Described, Name>, Pick<Wire, Name>> extends true
      ? never
      : Name
    : Name
}[keyof Described | keyof Wire]

/** Identity, not mutual assignability, which optional members and `any` would pass. */
// oxlint-disable no-unnecessary-type-parameters -- how two types are compared before either is resolved
type IsSame<One, Other> =
  (<Probe>() => Probe extends One ? 1 : 2) extends <Probe>() => Probe extends Other ? 1 : 2
    ? true
    : false
// oxlint-enable no-unnecessary-type-parameters

/** Whether a member may be written to is nothing the wire knows. */
type Plain<Type> = Type extends readonly (infer Item)[]
  ? Plain<Item>[]
  : Type extends object
    ? { -readonly [Name in keyof Type]: Plain<Type[Name]> }
    : Type
