/** A text without the secrets, also as they would stand in a JSON text that is quoted in it. */
export function blot(text: string, secrets: readonly string[]): string {
  const spellings = secrets.flatMap((secret) => [secret, JSON.stringify(secret).slice(1, -1)])
  return spellings
    .filter(Boolean)
    .reduce((blotted, secret) => blotted.replaceAll(secret, '[redacted]'), text)
}
