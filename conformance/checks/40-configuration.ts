import type { Check } from '../suite/check.ts'

export const configuration: Check = {
  line: 40,
  title: 'Every invalid configuration value stops start-up naming the variable',
  parts: [
    {
      title: 'values, seed tokens, plain HTTP, key files, a bcrypt cost of 13',
      needs: ['settings'],
    },
    { title: 'a second broker on one SQLite file', needs: ['files'] },
  ],
}
