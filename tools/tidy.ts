import { globSync, readFileSync } from 'node:fs'
import { EXCEPTIONS } from './tidy/sizes.ts'
import { spelled } from './tidy/source.ts'
import { tidy } from './tidy/tidy.ts'

const paths = globSync(['{packages,conformance,tools,bench}/**/*.{ts,js}', 'vitest.config.ts'], {
  exclude: (path) => path.includes('node_modules'),
})
const files = new Map(paths.toSorted().map((path) => [path, readFileSync(path, 'utf8')]))
const findings = tidy(files, EXCEPTIONS)

for (const finding of findings) process.stdout.write(`${spelled(finding)}\n`)
process.stdout.write(`tidy: ${files.size} files, ${findings.length} findings\n`)
process.exitCode = findings.length === 0 && files.size > 0 ? 0 : 1
