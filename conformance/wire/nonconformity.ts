/** The broker does not do what the contract says. The message holds no credential: it names the request, never a body. */
export class Nonconformity extends Error {
  override readonly name = 'Nonconformity'
}
