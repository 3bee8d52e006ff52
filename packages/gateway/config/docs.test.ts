import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { readConfiguration } from './load.ts'

test('the example of docs/configuration.md is a configuration', () => {
  const page = readFileSync(new URL('../../../docs/configuration.md', import.meta.url), 'utf8')
  const [, example] = /```yaml\n([^]*?)```/.exec(page) ?? []
  const around = { variable: () => undefined, home: '/', folder: '/' }
  expect(readConfiguration('/etc/sallyport.yaml', example ?? '', {}, around)).toMatchObject({
    kind: 'loaded',
  })
})
