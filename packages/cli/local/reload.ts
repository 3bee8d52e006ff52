import { KeyProblem } from '@sallyport/gateway/keys/folder'
import type { Gateway } from '@sallyport/gateway/open'
import { paint, type Terminal } from '../line/terminal.ts'
import { Trouble } from '../line/trouble.ts'
import type { Configured } from './configured.ts'
import { spelledProblem } from './policies.ts'

/** Reads all of it again. What is wrong is said, with its file and line; what was in force stays in force. */
export async function reload(
  gateway: Pick<Gateway, 'reload'>,
  read: () => Promise<Configured>,
  terminal: Terminal,
): Promise<void> {
  try {
    const { file, configuration } = await read()
    const problems = await gateway.reload(configuration)
    if (problems.length === 0) terminal.note(`${file} and its policies are in force`)
    else notInForce('the policies do not load', problems.map(spelledProblem).join('\n'), terminal)
  } catch (cause) {
    const isSaid = cause instanceof Trouble || cause instanceof KeyProblem
    const { message, help } = isSaid ? cause : new Trouble('the reload failed', '')
    notInForce(message, help, terminal)
  }
}

function notInForce(message: string, help: string, terminal: Terminal): void {
  terminal.note(paint('red', 'sallyport'), `: ${message}; what was in force stays in force`)
  if (help !== '') terminal.note(`  ${help.replaceAll('\n', '\n  ')}`)
}
