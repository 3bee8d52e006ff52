import { writeSync } from 'node:fs'
import { openSqliteStore } from '@sallyport/gateway/store/sqlite/open'
import { allowed, settled } from '../lives.ts'

/** A process that is there to be killed: it writes without pause and names each change once it was told that it is durable. */
const WRITERS = 64
const [folder = '', start = '0'] = process.argv.slice(2)
const store = await openSqliteStore({ folder })
let next = Number(start)

async function write(): Promise<never> {
  for (;;) {
    const n = next++
    const first = allowed(n)
    const admitted = await store.move({
      writes: [{ kind: 'life', from: 0, life: first.life }],
      leaves: [first.leaf],
    })
    if (admitted === 'lost') throw new Error(`action ${n} was there before`)
    say(`${admitted.at} ${n} admitted\n`)
    const then = settled(first.life)
    const done = await store.move({
      writes: [{ kind: 'life', from: 1, life: then.life }],
      leaves: [then.leaf],
    })
    if (done === 'lost') throw new Error(`action ${n} was settled before`)
    say(`${done.at} ${n} settled\n`)
  }
}

/** Written before anything else happens, also where the pipe is full. */
function say(line: string): void {
  for (;;) {
    try {
      writeSync(1, line)
      return
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EAGAIN')) throw error
    }
  }
}

await Promise.all(Array.from({ length: WRITERS }, write))
