import type { Life } from '@sallyport/core/lifecycle/life'
import { held, withdrawn } from '@sallyport/testkit/lives'
import { Bench, ENGINES } from '@sallyport/testkit/store/engines'
import { describe, expect, test } from 'vitest'
import type { Head } from './store.ts'

for (const engine of ENGINES) {
  describe(`whoever looks (${engine.name})`, () => {
    const bench = new Bench(engine)
    test('sees every state of an action once, from the present one to its end', async () => {
      const life = await bench.admit(1)
      const seen: string[] = []
      const watching = (async () => {
        for await (const now of bench.store.watch(life.action.id, new AbortController().signal)) {
          seen.push(`${now.version} ${now.state}`)
          if (now.version > 1) continue
          const next = withdrawn(now)
          await bench.put(next.life, next.leaf, 1)
        }
      })()
      await watching
      expect(seen).toEqual(['1 waiting', '2 withdrawn'])
    })

    test('is let go by its signal, and by the end of the store', async () => {
      const life = await bench.admit(1)
      const gone = new AbortController()
      const states = async (signal: AbortSignal, then: () => void) => {
        const seen: string[] = []
        for await (const { state } of bench.store.watch(life.action.id, signal)) {
          seen.push(state)
          then()
        }
        return seen
      }
      expect(await states(gone.signal, () => gone.abort())).toEqual(['waiting'])
      expect(await states(gone.signal, () => undefined)).toEqual([])
      expect(await states(new AbortController().signal, () => void bench.store.close())).toEqual(['waiting'])
    })

    test('hears of lives and heads after the commit, and of nothing that was lost', async () => {
      const lives: (readonly Life[])[] = []
      const heads: Head[] = []
      bench.store.onLives((news) => lives.push(news))
      const stop = bench.store.onHead((head) => heads.push(head))
      const first = await bench.admit(1)
      await bench.put(held(1).life, held(1).leaf)
      expect(lives).toEqual([[first]])
      expect(heads).toEqual([await bench.store.read('head', {})])
      stop()
      await bench.admit(2)
      expect(heads).toHaveLength(1)
    })
  })
}
