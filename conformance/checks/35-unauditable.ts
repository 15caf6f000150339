import type { Check } from '../suite/check.ts'

export const unauditable: Check = {
  line: 35,
  title: 'If the audit insert fails, the call gives 503 and no other state has changed',
  parts: [{ title: 'a failing insert', needs: ['fault'] }],
}
