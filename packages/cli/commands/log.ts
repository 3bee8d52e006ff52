import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { readStatus } from '@sallyport/contract/routes/house'
import { CHECKPOINT_PATH, parseDecimal } from '@sallyport/core/ledger/checkpoint'
import { TILE_WIDTH, type Tile, tilePath, tileWidth } from '@sallyport/core/ledger/tile'
import type { Client } from '../client/client.ts'
import { clientFor } from '../client/open.ts'
import { PLACE } from '../client/place.ts'
import { KEY_FILE } from '../client/trusted-key.ts'
import { command } from '../line/command.ts'
import { Trouble } from '../line/trouble.ts'
import { counted } from '../show/times.ts'

export const log = command({
  says: 'the head of the record and the key that checks it, or all of the record as files',
  usage: ['log', 'log <folder>'],
  flags: PLACE,
  words: { least: 0, most: 1 },
  async run({ flags, words: [folder] }, terminal) {
    const client = await clientFor(flags, 'operator', terminal)
    const { verifierKey } = await client.call(readStatus)
    const checkpoint = new TextDecoder().decode(await client.fetch(`/log/${CHECKPOINT_PATH}`))
    if (folder === undefined) {
      if (flags.json) terminal.json({ checkpoint, verifierKey })
      else {
        terminal.give(checkpoint)
        terminal.say()
        terminal.say(`verifier key: ${verifierKey}`)
      }
      return 0
    }
    const size = sizeOf(checkpoint)
    for (const tile of tilesOf(size)) await save(client, folder, tilePath(tile))
    await write(folder, KEY_FILE, `${verifierKey}\n`)
    // Last: a folder with a checkpoint has all that stands under it.
    await write(folder, CHECKPOINT_PATH, checkpoint)
    if (flags.json) terminal.json({ folder, size, verifierKey })
    else {
      terminal.say(`${counted(size, 'entry', 'entries')} are in ${folder}. Check them anywhere:`)
      terminal.say(`  sallyport verify ${folder} --key '${verifierKey}'`)
    }
    return 0
  },
})

/** The second line of a checkpoint. It is `verify` that believes nothing; this only has to know how much to fetch. */
function sizeOf(checkpoint: string): number {
  const size = parseDecimal(checkpoint.split('\n')[1] ?? '')
  if (size === undefined)
    throw new Trouble('the gateway serves no checkpoint', 'compare its version with this one')
  return size
}

/** All tiles and bundles of a log of this size. */
function* tilesOf(size: number): Iterable<Tile> {
  for (let level = 0; tileWidth(level, 0, size) > 0; level++) {
    for (
      let index = 0, width = tileWidth(level, 0, size);
      width > 0;
      index++, width = tileWidth(level, index, size)
    ) {
      yield { kind: 'hashes', level, index, width }
    }
  }
  for (let index = 0; index * TILE_WIDTH < size; index++) {
    yield { kind: 'entries', index, width: tileWidth(0, index, size) }
  }
}

async function save(client: Client, folder: string, path: string): Promise<void> {
  await write(folder, path, await client.fetch(`/log/${path}`))
}

async function write(folder: string, path: string, content: string | Uint8Array): Promise<void> {
  const file = join(folder, path)
  try {
    await mkdir(dirname(file), { recursive: true })
    await writeFile(file, content)
  } catch (cause) {
    throw new Trouble(`\`${file}\` cannot be written`, cause instanceof Error ? cause.message : '')
  }
}
