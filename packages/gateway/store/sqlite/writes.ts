import { unreachable } from '@sallyport/core/given'
import type { Driver } from './driver.ts'
import type { PackedBegin, PackedMove, PackedVersioned, PackedWrite } from './message.ts'

/** Does one write inside the transaction. False: it was made from something that is no longer so, and changed nothing. */
export type Writer = (write: PackedWrite) => boolean

export function writerOf(driver: Driver): Writer {
  const begin = beginWriter(driver)
  const move = moveWriter(driver)
  const versioned = versionedWriter(driver)
  const kept = keptWriter(driver)
  return (write) => {
    switch (write.kind) {
      case 'begin':
        return begin(write)
      case 'move':
        return move(write)
      case 'versioned':
        return versioned(write)
      case 'keep':
      case 'answer':
      case 'erase':
      case 'archive':
        return kept(write)
      default:
        return unreachable(write)
    }
  }
}

function beginWriter(driver: Driver): (write: PackedBegin) => boolean {
  const life = driver.prepare(
    `INSERT INTO life (id, version, state, asked_at, shape, session, caller, labels, claim, json)
     VALUES (?, 1, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING`,
  )
  // All three tables count their rows alike, so that the last row is this life's, whichever of them it is in.
  const action = driver.prepare('INSERT INTO action (seq, json) VALUES (last_insert_rowid(), ?)')
  const keep = driver.prepare(
    'INSERT INTO kept (seq, nonce, payload, answer) VALUES (last_insert_rowid(), unhex(?), ?, ?)',
  )
  return ({ id, state, askedAt, shape, session, caller, labels, json, kept, ...write }) => {
    const claim = kept?.claim ?? null
    if (life.run(id, state, askedAt, shape, session, caller, labels, claim, json) === 0) return false
    action.run(write.action)
    if (kept !== null) keep.run(kept.nonce, kept.payload, kept.answer)
    return true
  }
}

function moveWriter(driver: Driver): (write: PackedMove) => boolean {
  const update = driver.prepare(
    'UPDATE life SET version = ?, state = ?, json = ? WHERE id = ? AND version = ?',
  )
  return ({ id, from, version, state, json }) => update.run(version, state, json, id, from) === 1
}

function versionedWriter(driver: Driver): (write: PackedVersioned) => boolean {
  const insert = driver.prepare(
    `INSERT INTO versioned (kind, id, version, json) VALUES (?, ?, ?, ?) ON CONFLICT (kind, id) DO NOTHING`,
  )
  const update = driver.prepare(
    'UPDATE versioned SET version = ?, json = ? WHERE kind = ? AND id = ? AND version = ?',
  )
  return ({ of, id, from, version, json }) =>
    (from === 0 ? insert.run(of, id, version, json) : update.run(version, json, of, id, from)) === 1
}

type Other = Exclude<PackedWrite, PackedBegin | PackedMove | PackedVersioned>

function keptWriter(driver: Driver): (write: Other) => boolean {
  const keep = driver.prepare(
    `INSERT INTO kept (seq, nonce, idempotency, payload, answer) SELECT seq, unhex(?), ?, ?, ? FROM life WHERE id = ?
     ON CONFLICT DO NOTHING`,
  )
  const claim = driver.prepare('UPDATE life SET claim = ? WHERE id = ?')
  const ofAction = 'WHERE seq = (SELECT seq FROM life WHERE id = ?)'
  const answer = driver.prepare(`UPDATE kept SET answer = ? ${ofAction} AND nonce IS NOT NULL`)
  const erasePayload = driver.prepare(`UPDATE kept SET payload = NULL ${ofAction}`)
  const eraseEverything = driver.prepare(
    `UPDATE kept SET nonce = NULL, payload = NULL, answer = NULL ${ofAction}`,
  )
  // Other content under a known digest is no duplicate but a collision or a lie: it matches no row.
  const archive = driver.prepare(
    `INSERT INTO archive (digest, content) VALUES (?, ?)
     ON CONFLICT (digest) DO UPDATE SET content = content WHERE content = excluded.content`,
  )
  return (write) => {
    switch (write.kind) {
      case 'keep': {
        const { action, kept } = write
        const made = keep.run(kept.nonce, kept.idempotency, kept.payload, kept.answer, action) === 1
        return made && claim.run(kept.claim, action) === 1
      }
      case 'answer':
        return answer.run(write.answer, write.action) === 1
      case 'erase':
        // What is already gone, or never was, is erased.
        ;(write.what === 'payload' ? erasePayload : eraseEverything).run(write.action)
        return true
      case 'archive':
        return archive.run(write.digest, write.content) === 1
      default:
        return unreachable(write)
    }
  }
}
