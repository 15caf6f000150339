import type { Check } from '../suite/check.ts'

export const restoredDatabase: Check = {
  line: 50,
  title: 'A broker on a restored database refuses to start; after accepting, nothing older works',
  parts: [{ title: 'restore, accept, resume', needs: ['files', 'restart'] }],
}
