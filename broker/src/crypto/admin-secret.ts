import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import { compare } from 'bcrypt'
import { oneAtATime } from './one-at-a-time.ts'

const MOST_WAITING = 8
/** bcrypt sees no further. */
const BCRYPT_BYTES = 72
const HASH_PREFIX = /^\$2[aby]\$/
const HASH = /^\$2[aby]\$(?:0[4-9]|1[0-2])\$[./A-Za-z0-9]{53}$/

/**
 * Compares what somebody presents with `AA_ADMIN_SECRET`, plain or a bcrypt hash, in constant time. One comparison at
 * a time with eight waiting, then a Fault 503: guessing cannot keep the machine busy.
 */
export function adminSecretJudge(configured: string): (presented: string) => Promise<boolean> {
  const judge = HASH_PREFIX.test(configured) ? hashJudge(configured) : plainJudge(configured)
  const inTurn = oneAtATime(MOST_WAITING)
  return async (presented) => inTurn(async () => judge(presented))
}

/** Digests under a key of this process: equal in length, and worth nothing to who reads them. */
function plainJudge(configured: string): (presented: string) => boolean {
  const key = randomBytes(32)
  const digest = (text: string): Buffer => createHmac('sha256', key).update(text, 'utf8').digest()
  const expected = digest(configured)
  return (presented) => timingSafeEqual(digest(presented), expected)
}

function hashJudge(configured: string): (presented: string) => Promise<boolean> {
  if (!HASH.test(configured)) {
    throw new Error('AA_ADMIN_SECRET begins like a bcrypt hash but is none of cost 12 at most')
  }
  // $2y$ is PHP's name for $2b$.
  const hash = configured.replace('$2y$', '$2b$')
  return async (presented) => {
    const bytes = Buffer.from(presented, 'utf8')
    // What bcrypt would cut off, or take for the end of the key, never matches; it costs the same all the same.
    const isComparable = bytes.length <= BCRYPT_BYTES && !bytes.includes(0)
    const matches = await compare(bytes.subarray(0, BCRYPT_BYTES), hash)
    return isComparable && matches
  }
}
