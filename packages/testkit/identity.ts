import { createSecretKey, randomBytes } from 'node:crypto'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type NameOf, parseName } from '@sallyport/core/action/ids'
import { type Instant, instant } from '@sallyport/core/given'
import type { Configuration } from '@sallyport/gateway/config/configuration'
import { directoryOf } from '@sallyport/gateway/config/directory'
import { readConfiguration } from '@sallyport/gateway/config/load'
import { type Identity, openIdentity } from '@sallyport/gateway/identity/identity'
import { drawToken } from '@sallyport/gateway/identity/token'
import { sha256 } from '@sallyport/gateway/keys/sha256'
import { openSqliteStore } from '@sallyport/gateway/store/sqlite/open'
import type { Store } from '@sallyport/gateway/store/store'

/** An identity over a real store, in a house whose people and whose clock a test moves. */
export interface IdentityHouse {
  identity: Identity
  store: Store
  readonly operatorToken: string
  now: Instant
  /** People and groups as sallyport.yaml says them; `identity.reload()` follows. */
  people: string
  restart(): Promise<void>
  /** Every entry of the record, as text. */
  record(): Promise<readonly string[]>
  close(): Promise<void>
}

export async function openIdentityHouse(people: string): Promise<IdentityHouse> {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-identity-'))
  const keys = { derivation: createSecretKey(randomBytes(32)) }
  const operatorToken = drawToken('operator', randomBytes)
  const open = async (store: Store) =>
    openIdentity({
      store,
      keys,
      operatorToken,
      sha256,
      directory: (agents) => directoryOf(configurationOf(house.people), agents),
      clock: () => house.now,
      random: randomBytes,
    })
  const store = await openSqliteStore({ folder })
  const house: Omit<IdentityHouse, 'identity'> & { identity?: Identity } = {
    store,
    operatorToken,
    now: instant(1_800_000_000_000),
    people,
    async restart() {
      await house.store.close()
      house.store = await openSqliteStore({ folder })
      house.identity = await open(house.store)
    },
    async record() {
      const { size } = await house.store.read('head', {})
      const entries = await house.store.read('entries', { from: 0, to: size })
      return entries.map((entry) => new TextDecoder().decode(entry))
    },
    close: () => house.store.close(),
  }
  return Object.assign(house, { identity: await open(store) })
}

/** A name that is one. */
export function named<K extends keyof NameOf>(kind: K, text: string): NameOf[K] {
  const name = parseName(kind, text)
  if (name === undefined) throw new Error(`\`${text}\` is no name`)
  return name
}

function configurationOf(people: string): Configuration {
  const around = { variable: () => undefined, home: '/home', folder: '/' }
  const loading = readConfiguration('/sallyport.yaml', `changes: unguarded\n${people}`, {}, around)
  if (loading.kind === 'rejected') throw new Error(loading.problems[0].message)
  return loading.configuration
}
