import { randomBytes } from 'node:crypto'
import { chmodSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { KeyProblem } from '../keys/folder.ts'
import { openOperatorToken, operatorTokenFile } from './operator.ts'
import { tokenKind } from './token.ts'

describe('the operator’s token', () => {
  test('is made once, for the owner of the folder alone', () => {
    const folder = fresh()
    const token = openOperatorToken(folder, randomBytes)
    expect(tokenKind(token)).toBe('operator')
    expect(statSync(operatorTokenFile(folder)).mode & 0o777).toBe(0o600)
    expect(openOperatorToken(folder, randomBytes)).toBe(token)
  })

  test('is another one after its file was deleted', () => {
    const folder = fresh()
    const token = openOperatorToken(folder, randomBytes)
    rmSync(operatorTokenFile(folder))
    expect(openOperatorToken(folder, randomBytes)).not.toBe(token)
  })

  test('that others may read is refused', () => {
    const folder = fresh()
    openOperatorToken(folder, randomBytes)
    chmodSync(operatorTokenFile(folder), 0o644)
    expect(() => openOperatorToken(folder, randomBytes)).toThrow(KeyProblem)
  })

  test.each(['', 'admin', 'sp_operator_0_0'])('is not %j', (text) => {
    const folder = fresh()
    writeFileSync(operatorTokenFile(folder), text, { mode: 0o600 })
    expect(() => openOperatorToken(folder, randomBytes)).toThrow('is no operator')
  })
})

function fresh(): string {
  return mkdtempSync(join(tmpdir(), 'sallyport-operator-'))
}
