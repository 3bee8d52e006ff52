import { CHECKPOINT_PATH } from '@sallyport/core/ledger/checkpoint'
import type { Keys } from '@sallyport/gateway/keys/keys'
import { logReader } from '@sallyport/gateway/record/log'
import type { Store } from '@sallyport/gateway/store/store'
import { NODE_ENGINES } from '@sallyport/verify/node'
import type { LogSource } from '@sallyport/verify/source'
import { verifyLog } from '@sallyport/verify/verify-log'
import { counted } from '../show/times.ts'
import { note, ok, type Said, wrong } from './said.ts'

/** The record from its first entry to its signed head, by the verifier that outsiders use. */
export async function lookAtRecord(
  source: LogSource,
  verifierKey: string,
  kept: string | null,
): Promise<Said> {
  try {
    if ((await source.read(CHECKPOINT_PATH)) === undefined) return note('the record has no signed head yet')
    const result = await verifyLog(NODE_ENGINES, source, verifierKey, kept === null ? {} : { kept })
    if (result.kind === 'unsound') {
      return wrong(
        `the record is unsound: ${result.wrong}: ${result.says}`,
        'stop here, keep a copy of the whole folder, and find out who was there',
      )
    }
    const { checkpoint, actions } = result
    return ok(
      `the record is sound: ${counted(checkpoint.size, 'entry', 'entries')}, ${counted(actions.ended + actions.open, 'action')}`,
    )
  } catch (cause) {
    return wrong(
      'the record cannot be read',
      cause instanceof Error ? cause.message : 'look at the log of the gateway',
    )
  }
}

/** The files of a record whose gateway does not run. */
export function stoppedSource(read: Store['read'], checkpoint: string): LogSource {
  const size = Number(checkpoint.split('\n')[1])
  const readLog = logReader({ read }, { current: () => ({ size, note: checkpoint }) })
  return { read: async (path) => (await readLog(path))?.bytes }
}

export function verifierKeyOf({ log }: Keys): string {
  return log.verifierLine(log.origin)
}
