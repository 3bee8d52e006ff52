import { REFUSALS, type RefusalCode } from '@sallyport/core/refusal/table'

/** Something of this machine is wrong: a file, a port, an answer that was expected otherwise. */
export const FAILED_EXIT = 1
/** The command line itself could not be read. */
const USAGE_EXIT = 2

/** What ends a command: what is wrong, what to do about it, and the exit code that says so. No stack is ever shown. */
export class Trouble extends Error {
  readonly help: string
  readonly exit: number
  /** The code of the refusal table, where it is one of those. */
  readonly code: RefusalCode | null

  constructor(message: string, help: string, exit: number = FAILED_EXIT, code: RefusalCode | null = null) {
    super(message)
    this.name = 'Trouble'
    this.help = help
    this.exit = exit
    this.code = code
  }
}

export function usage(message: string, help: string): Trouble {
  return new Trouble(message, help, USAGE_EXIT)
}

/** A refusal of the table; `help` where the advice to an agent is not what a person at a terminal needs. */
export function refused(code: RefusalCode, message: string, help: string = REFUSALS[code].advice): Trouble {
  return new Trouble(message, help, REFUSALS[code].exit, code)
}
