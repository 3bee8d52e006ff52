import { configDefaults, defineConfig } from 'vitest/config'
import { ClaimsReporter } from './conformance/reporter.ts'

const ROOMS = '{packages,conformance,tools,bench}'
const SYSTEM = `${ROOMS}/**/*.system.test.ts`

/** `--mode system` runs what npm alone cannot bring: the same settings, the other files. */
export default defineConfig(({ mode }) => {
  const system = mode === 'system'
  return {
    test: {
      include: [system ? SYSTEM : `${ROOMS}/**/*.test.ts`],
      exclude: [...configDefaults.exclude, ...(system ? [] : [SYSTEM])],
      reporters: ['default', new ClaimsReporter(system ? 'system' : 'whole')],
      testTimeout: system ? 60_000 : 20_000,
      // Browsers and people are waited for, more than anything is computed.
      ...(system && { maxWorkers: 2 }),
      passWithNoTests: false,
    },
  }
})
