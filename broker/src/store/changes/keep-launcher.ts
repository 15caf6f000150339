import type { Write } from '../change.ts'

/** The launching session is kept until nothing launched from it can be used any more (`exp`, seconds). */
export function keepLauncher(lsid: string | undefined, exp: number): Write[] {
  if (lsid === undefined) return []
  return [{ update: 'sessions', key: { sid: lsid }, set: { keep_until: { atLeast: exp } } }]
}
