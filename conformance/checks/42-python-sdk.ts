import type { Check } from '../suite/check.ts'

export const pythonSdk: Check = {
  line: 42,
  title: 'The Python SDK 0.3 acceptance stories pass unchanged',
  parts: [{ title: 'the stories', needs: ['python'] }],
}
