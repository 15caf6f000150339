// Assertions that every runtime has.

export function check(holds, what) {
  if (!holds) throw new Error(`does not hold: ${what}`)
}

export function checkEqual(found, wanted, what) {
  const [left, right] = [JSON.stringify(found), JSON.stringify(wanted)]
  check(left === right, `${what} is ${left}, not ${right}`)
}

/** Resolves to the error with which it rejects. */
export async function rejection(promise, kind) {
  const error = await promise.then(
    () => undefined,
    (reason) => reason,
  )
  check(error !== undefined, `rejects with a ${kind.name}`)
  check(error instanceof kind, `${error} is a ${kind.name}`)
  return error
}
