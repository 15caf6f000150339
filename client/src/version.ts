/** Name and version in the `User-Agent` of every request; a test compares them with `package.json`. */
export const userAgent = 'agentwrit-typescript/0.1.0'
