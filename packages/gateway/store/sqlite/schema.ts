import { StoreFailure } from '../failure.ts'
import { type Driver, numberIn } from './driver.ts'

/**
 * What the data looks like, one step after another; `user_version` counts the steps that were taken. A step that was
 * released is never edited. No table refers to another by a foreign key: no row is ever deleted, and a check at the
 * commit would fail the changes of others with the one that is at fault.
 */
const MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE life (
    seq INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    version INTEGER NOT NULL,
    state TEXT NOT NULL,
    asked_at INTEGER NOT NULL,
    shape TEXT NOT NULL,
    session TEXT NOT NULL,
    -- One spelling of the whole chain, for equality.
    caller TEXT NOT NULL,
    -- A JSON array; null where there is none.
    labels TEXT,
    claim TEXT,
    -- Last, and by far the longest: whoever counts reads none of it.
    json TEXT NOT NULL
  ) STRICT;
  CREATE INDEX life_dispatched ON life (seq) WHERE state = 'dispatched';
  CREATE INDEX life_open ON life (seq) WHERE state IN ('waiting', 'approved');
  -- Holds all that counting reads, so that the rows are not touched.
  CREATE INDEX life_by_caller ON life (caller, asked_at, state, session);
  CREATE INDEX life_denied ON life (caller, asked_at, shape) WHERE state = 'denied';
  CREATE INDEX life_labelled ON life (caller, asked_at) WHERE labels IS NOT NULL;
  -- Only of what can be claimed: an agent may repeat one allowed request a million times.
  CREATE INDEX life_by_claim ON life (claim) WHERE state IN ('waiting', 'approved');

  -- What belongs to a life is found by its seq, not by its id: ids come in no order, so that an index over them dirties a
  -- page of its own for nearly every row of a commit.
  CREATE TABLE kept (
    seq INTEGER PRIMARY KEY,
    nonce BLOB,
    idempotency TEXT,
    payload BLOB,
    answer BLOB
  ) STRICT;
  CREATE UNIQUE INDEX kept_by_idempotency ON kept (idempotency) WHERE idempotency IS NOT NULL;

  -- Standing decisions, freezes, agents, keys and sign-ins: an id, a version and the rest.
  CREATE TABLE versioned (
    seq INTEGER PRIMARY KEY,
    kind TEXT NOT NULL,
    id TEXT NOT NULL,
    version INTEGER NOT NULL,
    json TEXT NOT NULL,
    UNIQUE (kind, id)
  ) STRICT;

  CREATE TABLE archive (digest TEXT NOT NULL PRIMARY KEY, content TEXT NOT NULL) STRICT;

  CREATE TABLE leaf (position INTEGER PRIMARY KEY, entry BLOB NOT NULL) STRICT;
  CREATE TABLE life_leaf (
    seq INTEGER NOT NULL,
    position INTEGER NOT NULL,
    PRIMARY KEY (seq, position)
  ) STRICT, WITHOUT ROWID;

  -- The roots of complete subtrees of 256^level leaves; level 0 are the leaf hashes.
  CREATE TABLE hash (
    level INTEGER NOT NULL,
    position INTEGER NOT NULL,
    hash BLOB NOT NULL,
    PRIMARY KEY (level, position)
  ) STRICT, WITHOUT ROWID;
  `,
  `
  -- What never changes of a life, and is most of it, so that a move does not write it again.
  CREATE TABLE action (seq INTEGER PRIMARY KEY, json TEXT NOT NULL) STRICT;
  INSERT INTO action (seq, json) SELECT seq, json -> '$.action' FROM life;
  UPDATE life SET json = json_remove(json, '$.action');
  `,
]

export const SCHEMA_VERSION: number = MIGRATIONS.length

export function versionOf(driver: Driver): number {
  return numberIn(driver.prepare('PRAGMA user_version').get() ?? {}, 'user_version')
}

/** Each step is one transaction with its number: a crash between two leaves a store that goes on from there. */
export function migrate(driver: Driver, path: string): void {
  const from = versionOf(driver)
  if (from > SCHEMA_VERSION) {
    throw new StoreFailure(
      'newer',
      `\`${path}\` was written by a newer sallyport (data version ${from}, this one knows ${SCHEMA_VERSION}): start that version, or restore a backup from before the update`,
    )
  }
  for (const [index, step] of MIGRATIONS.entries()) {
    if (index < from) continue
    driver.exec(`BEGIN IMMEDIATE; ${step}; PRAGMA user_version = ${index + 1}; COMMIT`)
  }
}
