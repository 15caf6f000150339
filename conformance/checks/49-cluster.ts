import type { Check } from '../suite/check.ts'

export const cluster: Check = {
  line: 49,
  title: 'What one broker changes is in force on another within 1 s; a cut-off broker says no',
  parts: [
    { title: 'revocation, renewal, emergency rotation', needs: ['twoBrokers'] },
    { title: 'a broker cut off from PostgreSQL', needs: ['fault'] },
  ],
}
