import { BlockList, isIP, isIPv4 } from 'node:net'

// How the text of a setting becomes its value, and how the documentation names what is allowed.

export interface ValueKind<Value> {
  /** What may be written, in words that follow "must be". */
  readonly valid: string
  /** `undefined` when the text is not valid. */
  parse(text: string): Value | undefined
  /** The text a value is written as, where it is not the value itself. */
  show?(value: Value): string
}

export function wholeNumber(least: number, most: number): ValueKind<number> {
  return {
    valid: `a whole number from ${least} to ${most}`,
    parse(given) {
      const value = /^(0|[1-9][0-9]{0,9})$/.test(given) ? Number(given) : Number.NaN
      return value >= least && value <= most ? value : undefined
    },
  }
}

export function oneOf<const Word extends string>(...words: readonly Word[]): ValueKind<Word> {
  return {
    valid: words.map((word) => `\`${word}\``).join(' or '),
    parse: (given) => words.find((word) => word === given),
  }
}

/** A switch between two words; `true` stands for the first. */
export function either(yes: string, no: string): ValueKind<boolean> {
  return {
    valid: `\`${yes}\` or \`${no}\``,
    parse: (given) => (given === yes ? true : given === no ? false : undefined),
    show: (value) => (value ? yes : no),
  }
}

export const flag = either('true', 'false')

export function text(longest: number): ValueKind<string> {
  return {
    valid: `text of at most ${longest} characters without control characters`,
    parse: (given) => (isPrintable(given) && characters(given) <= longest ? given : undefined),
  }
}

export const filePath: ValueKind<string> = {
  valid: 'the path of a file',
  parse: (given) => (isPrintable(given) && given.length <= 4096 ? given : undefined),
}

/** SQLite reads `:memory:` and `file:` in its own way; a broker that forgets everything at its end is none. */
export const databasePath: ValueKind<string> = {
  valid: 'the path of a file (not `:memory:` and no `file:` URI)',
  parse: (given) => (/^(:|file:)/i.test(given) ? undefined : filePath.parse(given)),
}

export const listenAddress: ValueKind<string> = {
  valid: 'an IP address or `localhost`',
  parse: (given) => (given === 'localhost' || isIP(given) !== 0 ? given : undefined),
}

export const trustDomain: ValueKind<string> = {
  valid: '1 to 255 characters of `a-z0-9._-`, or a `spiffe://` URI whose domain is taken',
  parse(given) {
    const domain = given.startsWith('spiffe://') ? given.slice(9).replace(/\/.*$/s, '') : given
    return /^[a-z0-9._-]{1,255}$/.test(domain) ? domain : undefined
  },
}

export const addressRanges: ValueKind<readonly string[]> = {
  valid: 'address ranges like `10.0.0.0/8,fd00::/8`, separated by commas',
  parse(given) {
    const ranges = given.split(',').map((range) => range.trim())
    return ranges.every(isAddressRange) ? ranges : undefined
  },
}

export const postgresUrl: ValueKind<string> = {
  valid: 'a `postgres://` or `postgresql://` URL',
  parse: (given) => (/^postgres(ql)?:\/\/./.test(given) && URL.canParse(given) ? given : undefined),
}

const knownToAll = 'change-me-in-production'
const bcryptHash = /^\$2[aby]\$(0[4-9]|1[0-2])\$[./A-Za-z0-9]{53}$/

export const adminSecret: ValueKind<string> = {
  valid: `16 to 1024 characters and not \`${knownToAll}\`, or a bcrypt hash of cost 12 at most`,
  parse(given) {
    // What begins like a hash and is none is a slip; taken as the plain secret it would be stored readable.
    if (/^\$2[aby]\$/.test(given)) return bcryptHash.test(given) ? given : undefined
    const length = characters(given)
    return length >= 16 && length <= 1024 && given !== knownToAll ? given : undefined
  },
}

const loopback = new BlockList()
loopback.addSubnet('127.0.0.0', 8, 'ipv4')
loopback.addAddress('::1', 'ipv6')

export function isLoopback(address: string): boolean {
  return address === 'localhost' || loopback.check(address, isIPv4(address) ? 'ipv4' : 'ipv6')
}

function isAddressRange(range: string): boolean {
  const [address = '', prefix = '', ...rest] = range.split('/')
  const longest = { 0: -1, 4: 32, 6: 128 }[isIP(address)] ?? -1
  return rest.length === 0 && /^(0|[1-9][0-9]{0,2})$/.test(prefix) && Number(prefix) <= longest
}

function isPrintable(given: string): boolean {
  // oxlint-disable-next-line no-control-regex -- control characters are what is looked for
  return !/[\u0000-\u001f\u007f]/.test(given)
}

/** Unicode characters, as the bounds of the contract count them: an emoji is one. */
function characters(given: string): number {
  return Array.from(given).length
}
