import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Leaf } from '@sallyport/core/ledger/leaf'
import type { Life } from '@sallyport/core/lifecycle/life'
import type { Durable } from '@sallyport/gateway/store/durable'
import { openSqliteStore } from '@sallyport/gateway/store/sqlite/open'
import type { Kept, Store, Write } from '@sallyport/gateway/store/store'
import { afterEach, beforeEach } from 'vitest'
import { actionId, held } from '../lives.ts'

/** Every store engine: what one promises, all do, and the same tests ask it of each. */
export const ENGINES = [{ name: 'sqlite', open: openSqliteStore }] as const

export type Engine = (typeof ENGINES)[number]

/** A fresh store in each test of the group. */
export class Bench {
  readonly #engine: Engine
  #folder = ''
  #store: Store | undefined

  constructor(engine: Engine) {
    this.#engine = engine
    beforeEach(async () => {
      this.#folder = mkdtempSync(join(tmpdir(), 'sallyport-store-'))
      this.#store = await engine.open({ folder: this.#folder })
    })
    afterEach(async () => {
      await this.store.close()
      rmSync(this.#folder, { recursive: true })
    })
  }

  get store(): Store {
    if (this.#store === undefined) throw new Error('a bench has its store inside a test only')
    return this.#store
  }

  async reopen(): Promise<void> {
    await this.store.close()
    this.#store = await this.#engine.open({ folder: this.#folder })
  }

  put(life: Life, leaf: Leaf, from = 0): Promise<Durable | 'lost'> {
    return this.store.move({ writes: [{ kind: 'life', from, life }], leaves: [leaf] })
  }

  /** A waiting action, with what is kept of it. */
  async admit(n: number, beside: Kept = keptOf(n)): Promise<Life> {
    const { life, leaf } = held(n)
    const writes: Write[] = [
      { kind: 'keep', kept: beside },
      { kind: 'life', from: 0, life },
    ]
    const outcome = await this.store.move({ writes, leaves: [leaf] })
    if (outcome === 'lost') throw new Error(`action ${n} was admitted before`)
    return life
  }

  /** With a leaf that is about something else. */
  write(write: Write): Promise<Durable | 'lost'> {
    return this.store.move({ writes: [write], leaves: [held(99).leaf] })
  }
}

export function keptOf(n: number): Kept {
  const nonce = new Uint8Array(32).fill(n)
  return {
    action: actionId(n),
    nonce,
    claim: `claim-${n}`,
    idempotency: `once-${n}`,
    payload: null,
    answer: null,
  }
}
