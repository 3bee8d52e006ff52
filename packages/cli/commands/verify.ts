import { readFile, rename, stat, writeFile } from 'node:fs/promises'
import { text as textOf } from 'node:stream/consumers'
import { parseDrawn } from '@sallyport/core/action/ids'
import type { Finding } from '@sallyport/verify/finding'
import { folderSource, NODE_ENGINES } from '@sallyport/verify/node'
import { type LogSource, urlSource } from '@sallyport/verify/source'
import { verifyLog } from '@sallyport/verify/verify-log'
import { verifyReceipt } from '@sallyport/verify/verify-receipt'
import { clientFor } from '../client/open.ts'
import { PLACE, type PlaceFlags, placeOf } from '../client/place.ts'
import { proofFor } from '../client/proof.ts'
import { keyFor, type TrustedKey } from '../client/trusted-key.ts'
import { command } from '../line/command.ts'
import { paint, type Terminal } from '../line/terminal.ts'
import { FAILED_EXIT, Trouble } from '../line/trouble.ts'
import { counted } from '../show/times.ts'

interface VerifyFlags extends PlaceFlags {
  readonly json: boolean
  readonly key: string | undefined
  readonly kept: string | undefined
}

export const verify = command({
  says: 'check a record or a receipt without trusting the gateway',
  usage: [
    'verify <action id>',
    'verify <receipt file, or - for standard input> --key <key>',
    'verify <folder> --key <key>',
    'verify <url> --key <key>',
  ],
  flags: {
    ...PLACE,
    key: { takes: 'key', says: 'the verifier key, or a file with it, from somebody whom you trust' },
    kept: {
      takes: 'file',
      says: 'the checkpoint of the last check: a record that was rolled back is found by it',
    },
  },
  words: { least: 1, most: 1 },
  async run({ flags, words: [target = ''] }, terminal) {
    if (/^https?:\/\//.test(target)) return checkUrl(target, flags, terminal)
    if (parseDrawn('act', target) !== undefined) {
      const client = await clientFor(flags, 'either', terminal)
      const receipt = await client.fetch(`/v1/receipts/${target}`)
      return checkReceipt(new TextDecoder().decode(receipt), flags, terminal)
    }
    if (target === '-') return checkReceipt(await textOf(process.stdin), flags, terminal)
    const found = await stat(target).catch(() => undefined)
    if (found === undefined) {
      throw new Trouble(
        `there is no \`${target}\``,
        'name an action, a receipt, a folder with a record, or a URL',
      )
    }
    if (found.isDirectory()) {
      return checkLog(folderSource(target), await keyFor(flags, target, terminal), flags, terminal)
    }
    return checkReceipt(await readFile(target, 'utf8'), flags, terminal)
  },
})

async function checkUrl(url: string, flags: VerifyFlags, terminal: Terminal): Promise<number> {
  const { origin, pathname } = new URL(url)
  const place = await placeOf({ ...flags, url: origin }, terminal.around)
  const prefix = pathname === '/' ? `${origin}/log` : url
  const key = await keyFor({ ...flags, url: origin }, null, terminal)
  return checkLog(
    urlSource(prefix, { token: proofFor('operator', place, terminal.around) }),
    key,
    flags,
    terminal,
  )
}

async function checkLog(
  source: LogSource,
  key: TrustedKey,
  { json, kept }: VerifyFlags,
  terminal: Terminal,
): Promise<number> {
  const before = kept === undefined ? undefined : await keptIn(kept)
  const options = before === undefined ? {} : { kept: before }
  const result = await spared(() => verifyLog(NODE_ENGINES, source, key.line, options))
  if (result.kind === 'unsound') return unsound(result, json, terminal)
  const { checkpoint, actions, note } = result
  if (kept !== undefined) await keep(kept, note)
  const { origin, size } = checkpoint
  if (json) terminal.json({ sound: true, origin, size, actions, keyFrom: key.from })
  else {
    terminal.say(paint('green', 'sound'), `: ${counted(size, 'entry', 'entries')} of ${origin}`)
    terminal.say(
      `${counted(actions.ended, 'action')} ended and ${actions.open} open, each by the transition table`,
    )
    warn(key, terminal)
  }
  return 0
}

async function checkReceipt(receipt: string, flags: VerifyFlags, terminal: Terminal): Promise<number> {
  const key = await keyFor(flags, null, terminal)
  const result = await spared(async () => verifyReceipt(NODE_ENGINES, receipt, key.line))
  if (result.kind === 'unsound') return unsound(result, flags.json, terminal)
  const { action, state, ended, leaves, checkpoint } = result
  const { origin, size } = checkpoint
  if (flags.json)
    terminal.json({ sound: true, action, state, ended, entries: leaves, origin, size, keyFrom: key.from })
  else {
    terminal.say(paint('green', 'sound'), `: ${action} is ${ended ? '' : 'at least '}${state}`)
    if (!ended) terminal.say('it has no end here: the record may hold later entries of it')
    terminal.say(
      `proved by ${counted(leaves, 'entry', 'entries')} under the checkpoint of ${origin} at size ${size}`,
    )
    warn(key, terminal)
  }
  return 0
}

function unsound({ wrong, leaf, says }: Finding, asJson: boolean, terminal: Terminal): number {
  if (asJson) terminal.json({ sound: false, wrong, leaf, says })
  else {
    terminal.say(paint('red', 'unsound'), `: ${wrong}${leaf === null ? '' : ` at ${span(leaf)}`}`)
    terminal.say(says)
  }
  return FAILED_EXIT
}

function span({ first, last }: NonNullable<Finding['leaf']>): string {
  return first === last ? `entry ${first}` : `entries ${first} to ${last}`
}

/** Whoever forges a record can hand out a key that fits. */
function warn({ from }: TrustedKey, terminal: Terminal): void {
  if (from === 'given') return
  terminal.note(
    paint(
      'yellow',
      `The key came from the ${from} itself. To trust nobody, hand in the one you know by \`--key\`.`,
    ),
  )
}

/** What could not be read is no finding about the record: a source that is away, a key that is no key. */
async function spared<T>(check: () => Promise<T>): Promise<T> {
  try {
    return await check()
  } catch (cause) {
    if (cause instanceof Trouble) throw cause
    throw new Trouble(
      'it could not be checked',
      cause instanceof Error ? cause.message : 'the source cannot be read',
    )
  }
}

/** The first check has none yet. */
async function keptIn(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8')
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return undefined
    throw new Trouble(`\`${file}\` cannot be read`, 'name the file that an earlier check kept')
  }
}

async function keep(file: string, note: string): Promise<void> {
  await writeFile(`${file}.new`, note)
  await rename(`${file}.new`, file)
}
