const PUT =
  'put the key file of this deployment there (only beside an empty store may it be deleted)'

/** What is wrong with a key file, and what to do about it. */
const complaints = {
  missing: 'names no file: put the key file of this deployment there, or name the one that exists',
  cannot_make: 'names no file and none can be made there: name a folder that the broker may write',
  cannot_open:
    'cannot be opened: make it readable for the user that runs the broker, and only for it',
  not_a_file: 'is not a regular file: name the key file itself',
  open_to_others: 'is open to its group or to others: close it with chmod 600',
  too_large: 'is too large for a key file: name the right one',
  empty: `is empty: ${PUT}`,
  not_pkcs8: `is not one PKCS#8 PEM block (PRIVATE KEY): ${PUT}`,
  not_ed25519: `holds a key that is not Ed25519: ${PUT}`,
  corrupt: `is corrupt: ${PUT}`,
} as const

export type KeyFileFlaw = keyof typeof complaints

/** A start-up error: one sentence for the operator, which never shows what the file holds. */
export class KeyFileError extends Error {
  override readonly name = 'KeyFileError'
  readonly flaw: KeyFileFlaw

  constructor(path: string, flaw: KeyFileFlaw, cause?: unknown) {
    const message = `AA_SIGNING_KEY_PATH (${path}) ${complaints[flaw]}`
    super(message, cause === undefined ? undefined : { cause })
    this.flaw = flaw
  }
}
