import type { Head, Kept, Reads } from '../store.ts'
import { countingReaders } from './counting.ts'
import { bytesIn, type Driver, numberIn, type Row, textIn, textOrNullIn } from './driver.ts'
import type { Found, PackedRead } from './message.ts'

/** The longest list that one read gives: whoever wants more asks from where it ended. */
const LIST_LIMIT = 1_000
/** One agent can hold as many identical actions as it likes. Whose claim is not among these is held anew. */
const CLAIM_LIMIT = 100
const HASHES_LIMIT = 65_536
/** Entries are up to 64 KiB each. */
const ENTRIES_LIMIT = 1_024

export type Reader = (read: PackedRead) => Found[keyof Found]

type Readers = { readonly [K in keyof Reads]: (query: Reads[K]['query']) => Found[K] }

export function readerOf(driver: Driver, head: () => Head): Reader {
  const readers: Readers = {
    ...lifeReaders(driver),
    ...countingReaders(driver),
    ...rowReaders(driver),
    ...logReaders(driver),
    head: () => head(),
  }
  const find = <K extends keyof Reads>(kind: K, query: Reads[K]['query']): Found[K] => readers[kind](query)
  return ({ kind, query }) => find(kind, query)
}

/** Both parts of a life. */
const LIFE = 'action.json AS action, life.json FROM life JOIN action USING (seq)'

type LifeKinds = 'life' | 'open' | 'dispatched' | 'claim' | 'idempotency' | 'kept'

function lifeReaders(driver: Driver): Pick<Readers, LifeKinds> {
  const byId = driver.prepare(`SELECT ${LIFE} WHERE id = ?`)
  const open = driver.prepare(
    `SELECT action.json AS action, life.json FROM life INDEXED BY life_open JOIN action USING (seq)
     WHERE state IN ('waiting', 'approved') AND seq > coalesce((SELECT seq FROM life WHERE id = ?), 0)
     ORDER BY seq LIMIT ?`,
  )
  const dispatched = driver.prepare(`SELECT ${LIFE} WHERE state = 'dispatched' ORDER BY seq`)
  const byClaim = driver.prepare(
    `SELECT ${LIFE} WHERE claim = ? AND state IN ('waiting', 'approved') ORDER BY seq LIMIT ${CLAIM_LIMIT}`,
  )
  const byIdempotency = driver.prepare(`SELECT claim, ${LIFE} JOIN kept USING (seq) WHERE idempotency = ?`)
  const kept = driver.prepare(
    'SELECT kept.*, claim FROM life JOIN kept USING (seq) WHERE id = ? AND nonce IS NOT NULL',
  )
  return {
    life({ id }) {
      const row = byId.get(id)
      return row === undefined ? null : lifeOf(row)
    },
    open: ({ after = null, limit }) => open.all(after, Math.min(limit, LIST_LIMIT)).map(lifeOf),
    dispatched: () => dispatched.all().map(lifeOf),
    claim: ({ claim }) => byClaim.all(claim).map(lifeOf),
    idempotency({ idempotency }) {
      const row = byIdempotency.get(idempotency)
      return row === undefined ? null : { life: lifeOf(row), claim: textOrNullIn(row, 'claim') }
    },
    kept({ action }) {
      const row = kept.get(action)
      return row === undefined ? null : keptOf(row, action)
    },
  }
}

/** One text again, as if nobody had taken it apart. */
function lifeOf(row: Row): string {
  return `{"action":${textIn(row, 'action')},${textIn(row, 'json').slice(1)}`
}

function keptOf(row: Row, action: Kept['action']): Kept {
  return {
    action,
    nonce: bytesIn(row, 'nonce'),
    claim: textOrNullIn(row, 'claim'),
    idempotency: textOrNullIn(row, 'idempotency'),
    payload: row['payload'] === null ? null : bytesIn(row, 'payload'),
    answer: row['answer'] === null ? null : bytesIn(row, 'answer'),
  }
}

type RowKinds = 'standings' | 'standing' | 'freezes' | 'agents' | 'keys' | 'signIn' | 'archive'

function rowReaders(driver: Driver): Pick<Readers, RowKinds> {
  const one = driver.prepare('SELECT json FROM versioned WHERE kind = ? AND id = ?')
  const all = driver.prepare('SELECT json FROM versioned WHERE kind = ? ORDER BY seq')
  const liveStandings = driver.prepare(
    `SELECT json FROM versioned WHERE kind = 'standing' AND NOT json ->> 'revoked' AND json ->> 'usesLeft' > 0
       AND json ->> 'until' > ? ORDER BY seq`,
  )
  const liveFreezes = driver.prepare(
    `SELECT json FROM versioned WHERE kind = 'freeze' AND NOT json ->> 'lifted' ORDER BY seq`,
  )
  const archive = driver.prepare('SELECT content FROM archive WHERE digest = ?')
  return {
    standings: ({ live, now }) => jsons(live ? liveStandings.all(now) : all.all('standing')),
    standing: ({ id }) => json(one.get('standing', id)),
    freezes: ({ live }) => jsons(live ? liveFreezes.all() : all.all('freeze')),
    agents: () => jsons(all.all('agent')),
    keys: () => jsons(all.all('key')),
    signIn: ({ hash }) => json(one.get('sign-in', hash)),
    archive({ digest }) {
      const row = archive.get(digest)
      return row === undefined ? null : textIn(row, 'content')
    },
  }
}

function logReaders(driver: Driver): Pick<Readers, 'leaves' | 'hashes' | 'entries'> {
  const leaves = driver.prepare(
    'SELECT position, entry FROM life JOIN life_leaf USING (seq) JOIN leaf USING (position) WHERE id = ? ORDER BY position',
  )
  const hashes = driver.prepare(
    'SELECT hash FROM hash WHERE level = ? AND position >= ? AND position < ? ORDER BY position LIMIT ?',
  )
  const entries = driver.prepare(
    'SELECT entry FROM leaf WHERE position >= ? AND position < ? ORDER BY position LIMIT ?',
  )
  return {
    leaves: ({ action }) =>
      leaves.all(action).map((row) => ({ index: numberIn(row, 'position'), entry: bytesIn(row, 'entry') })),
    hashes: ({ level, from, to }) =>
      hashes.all(level, from, to, HASHES_LIMIT).map((row) => bytesIn(row, 'hash')),
    entries: ({ from, to }) => entries.all(from, to, ENTRIES_LIMIT).map((row) => bytesIn(row, 'entry')),
  }
}

function json(row: Row | undefined): string | null {
  return row === undefined ? null : textIn(row, 'json')
}

function jsons(rows: readonly Row[]): readonly string[] {
  return rows.map((row) => textIn(row, 'json'))
}
