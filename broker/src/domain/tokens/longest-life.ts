/** Seconds: no broker, of any version, lets a token live longer (contract 6.1). */
export const longestLife = 2_592_000
