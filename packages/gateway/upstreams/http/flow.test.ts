import { describe, expect, test } from 'vitest'
import { Flow } from './flow.ts'

const piece = (text: string): Uint8Array => new TextEncoder().encode(text)

function flow(limitBytes = 8): { readonly flow: Flow; readonly heard: string[] } {
  const heard: string[] = []
  return {
    heard,
    flow: new Flow(
      limitBytes,
      () => void heard.push('room'),
      () => void heard.push('left'),
    ),
  }
}

async function all(flow: Flow): Promise<string> {
  let text = ''
  for await (const chunk of flow) text += Buffer.from(chunk).toString()
  return text
}

describe('what is written is what is read', () => {
  test('before its reader comes, and after', async () => {
    const { flow: one } = flow()
    one.push(piece('a'))
    one.push(piece('b'))
    const reading = all(one)
    await Promise.resolve()
    one.push(piece('c'))
    one.end()
    expect(await reading).toBe('abc')
    expect(one.hasEnded).toBe(true)
  })

  test('and says when it is enough, and when there is room again', async () => {
    const { flow: one, heard } = flow(2)
    expect(one.push(piece('a'))).toBe(true)
    expect(one.push(piece('b'))).toBe(false)
    await one.next()
    expect(heard).toEqual(['room'])
  })
})

describe('what breaks', () => {
  test('is heard by whoever waits, and by whoever comes later', async () => {
    const { flow: one, heard } = flow()
    one.push(piece('half'))
    const first = one.next()
    const second = one.next()
    one.break(new Error('broke'))
    expect((await first).value).toEqual(piece('half'))
    await expect(second).rejects.toThrow('broke')
    await expect(one.next()).rejects.toThrow('broke')
    expect(heard).toEqual(['room'])
  })

  test('after its end does not break it', async () => {
    const { flow: one } = flow()
    one.push(piece('whole'))
    one.end()
    one.break(new Error('too late'))
    expect(await all(one)).toBe('whole')
  })
})

describe('a reader that goes', () => {
  test('is heard of once', async () => {
    const { flow: one, heard } = flow()
    one.push(piece('a'))
    await one.next()
    await one.return()
    one.leave()
    expect(heard).toEqual(['room', 'left'])
    expect(one.push(piece('b'))).toBe(true)
    await expect(one.next()).rejects.toThrow('left')
  })

  test('after the end leaves nothing behind', async () => {
    const { flow: one, heard } = flow()
    one.end()
    await one.return()
    expect(heard).toEqual([])
  })
})
