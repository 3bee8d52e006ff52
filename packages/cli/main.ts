import { nearest } from '@sallyport/gateway/config/nearest'
import { COMMANDS } from './commands.ts'
import { readArguments } from './line/arguments.ts'
import { helpOf } from './line/command.ts'
import { openTerminal, paint, type Terminal } from './line/terminal.ts'
import { FAILED_EXIT, Trouble, usage } from './line/trouble.ts'
import { version } from './version.ts'

/** One command line, from its words to its exit code. */
export async function main(args: readonly string[]): Promise<void> {
  const terminal = openTerminal()
  // Whoever reads only the beginning of the output (`| head`) has seen enough.
  process.stdout.on('error', ({ code }: NodeJS.ErrnoException) =>
    process.exit(code === 'EPIPE' ? 0 : FAILED_EXIT),
  )
  try {
    process.exitCode = await run(args, terminal)
  } catch (cause) {
    process.exitCode = complain(troubleOf(cause), args.includes('--json'), terminal)
  }
}

async function run([name, ...rest]: readonly string[], terminal: Terminal): Promise<number> {
  if (name === undefined || name === 'help' || name === '--help') {
    terminal.say(overview())
    return 0
  }
  if (name === '--version') {
    terminal.say(version())
    return 0
  }
  const entry = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined
  if (entry === undefined) throw unknownCommand(name)
  const command = await entry.load()
  const line = readArguments(name, rest, command)
  if (line.flags['help'] === true) {
    terminal.say(helpOf(name, command))
    return 0
  }
  return command.run(line, terminal)
}

function unknownCommand(name: string): Trouble {
  const meant = nearest(name, Object.keys(COMMANDS))
  return usage(
    `there is no command \`${name}\``,
    meant === undefined ? 'see all of them with `sallyport --help`' : `did you mean \`sallyport ${meant}\`?`,
  )
}

function overview(): string {
  const width = Math.max(...Object.keys(COMMANDS).map((name) => name.length))
  return [
    'sallyport: actions of agents pass, wait for people, or are refused',
    '',
    ...Object.entries(COMMANDS).map(([name, { says }]) => `  ${name.padEnd(width)}  ${says}`),
    '',
    'Each has its own page: sallyport <command> --help',
  ].join('\n')
}

function complain({ message, help, code, exit }: Trouble, asJson: boolean, terminal: Terminal): number {
  if (asJson) terminal.json({ error: { ...(code === null ? {} : { code }), message, help } })
  else {
    terminal.note(paint('red', 'sallyport'), `: ${message}`)
    if (help !== '') terminal.note(`  ${help.replaceAll('\n', '\n  ')}`)
  }
  return exit
}

/** What nobody foresaw says its message and no more: a stack helps nobody at a terminal, and may quote what it should not. */
function troubleOf(cause: unknown): Trouble {
  if (cause instanceof Trouble) return cause
  const message = cause instanceof Error ? cause.message : 'something failed without a reason'
  return new Trouble(message, 'this is not foreseen: please report it with the command that you ran')
}
