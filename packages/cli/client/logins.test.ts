import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { folder, sallyport } from '../trial/sallyport.ts'

test('a file of logins that others can read is not used', async () => {
  const state = folder()
  mkdirSync(join(state, 'sallyport'))
  writeFileSync(join(state, 'sallyport/logins.json'), '[]', { mode: 0o644 })
  const { exit, err } = await sallyport(['holds'], { env: { XDG_STATE_HOME: state } })
  expect({ exit, err }).toMatchObject({
    exit: 1,
    err: expect.stringMatching(/logins\.json` is open to others\n.*chmod 600/),
  })
})
