/** What stands on the page for members that authenticate, or are too long to read. */
const placeholders: Readonly<Record<string, string>> = {
  access_token: 'eyJ…',
  token: 'eyJ…',
  launch_token: '<launch token>',
  client_secret: '<client secret>',
  secret: '<admin secret>',
  nonce: '<nonce>',
  signature: '<signature>',
}

export function withoutSecrets(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutSecrets)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [
      name,
      typeof inner === 'string' ? (placeholders[name] ?? inner) : withoutSecrets(inner),
    ]),
  )
}
