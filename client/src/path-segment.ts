/**
 * An id as one segment of a path. Dots alone would climb out of it, even percent-encoded (WHATWG URL, section 4.4), and
 * the call would reach another route.
 */
export function toPathSegment(id: string): string {
  if (/^\.{0,2}$/.test(id)) throw new TypeError('an id is neither empty nor dots alone')
  return encodeURIComponent(id)
}
