import { open, readFile, rename } from 'node:fs/promises'
import { dirname } from 'node:path'

/**
 * The last signed checkpoint, kept beside the signing key and away from the store: whoever puts back an old store does not
 * put this back with it.
 */
export async function readKept(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  }
}

export async function writeKept(path: string, note: string): Promise<void> {
  const draft = `${path}.new`
  {
    await using file = await open(draft, 'w', 0o600)
    await file.writeFile(note)
    await file.sync()
  }
  // True now: the draft is whole on the disk, and the old checkpoint stands. If we stop here, nobody has seen the new one.
  await rename(draft, path)
  await using folder = await open(dirname(path), 'r')
  // True now: either name resolves to a whole checkpoint. Before the folder is synced a power cut may bring the old one
  // back, and then a newer one must not have been served: a reader could hold what we no longer know that we signed.
  await folder.sync()
}
