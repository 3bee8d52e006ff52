import {
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { dirname } from 'node:path'

/** What stops the start: an error of the operator's making, in words. */
export class KeyProblem extends Error {
  readonly help: string
  constructor(message: string, help: string) {
    super(message)
    this.help = help
  }
}

const ANY_ACCESS = 0o077
const WRITE_ACCESS = 0o022

/** A folder that is the gateway's alone. */
export function openFolder(path: string): void {
  openSharedFolder(path)
  refuseOthers(path, '700', ANY_ACCESS)
}

/** A folder that others may look into, as service managers make them, and in which they can put nothing. */
export function openSharedFolder(path: string): void {
  mkdirSync(path, { recursive: true, mode: 0o700 })
  refuseOthers(path, '700', WRITE_ACCESS)
}

/** The text of a file that is the gateway's alone, or `undefined` where there is none. */
export function readPrivate(path: string): string | undefined {
  if (statSync(path, { throwIfNoEntry: false }) === undefined) return undefined
  refuseOthers(path, '600', ANY_ACCESS)
  return readFileSync(path, 'utf8')
}

/**
 * The file is there whole or not at all: a start that was cut leaves at most a file under another name, which the next one
 * writes over. It is on disk before this returns, since what is made with a key may be on disk before the next line.
 */
export function writePrivate(path: string, text: string): void {
  const unfinished = `${path}.unfinished`
  writeFileSync(unfinished, text, { mode: 0o600, flush: true })
  renameSync(unfinished, path)
  const folder = openSync(dirname(path), 'r')
  try {
    fsyncSync(folder)
  } finally {
    closeSync(folder)
  }
}

function refuseOthers(path: string, mode: string, access: number): void {
  const found = statSync(path).mode & 0o777
  if ((found & access) === 0) return
  throw new KeyProblem(
    `\`${path}\` is open to others (mode ${found.toString(8)})`,
    `make it the gateway's alone: chmod ${mode} ${path}; then think about who may have read it`,
  )
}
