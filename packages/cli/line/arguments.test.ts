import { describe, expect, test } from 'vitest'
import { readArguments } from './arguments.ts'
import { command } from './command.ts'
import { Trouble } from './trouble.ts'

const FREEZE = command({
  says: '',
  usage: [],
  flags: {
    reason: { says: '', takes: 'why' },
    group: { says: '', takes: 'group', many: true },
    now: { says: '' },
  },
  words: { least: 1, most: 2 },
  run: async () => 0,
})

const read = (...args: readonly string[]) => readArguments('freeze', args, FREEZE)

describe('a command line is read whole or not at all', () => {
  // biome-ignore format: a table
  test.each([
    [['agent'], { reason: undefined, group: [], now: false, json: false, help: false }, ['agent']],
    [['agent', 'a', '--reason', 'x'], { reason: 'x' }, ['agent', 'a']],
    [['--reason=--x', 'agent'], { reason: '--x' }, ['agent']],
    [['agent', '--group', 'a', '--group', 'b', '--now'], { group: ['a', 'b'], now: true }, ['agent']],
    [['agent', '--', '--reason'], { reason: undefined }, ['agent', '--reason']],
    [['--help'], { help: true }, []],
    [['agent', '--json'], { json: true }, ['agent']],
  ])('%j', (args, flags, words) => {
    expect(read(...args)).toMatchObject({ flags, words })
  })

  // biome-ignore format: a table
  test.each([
    [['agent', '--raeson', 'x'], '`freeze` has no flag `--raeson`', 'did you mean `--reason`?'],
    [['agent', '-r'], '`freeze` has no flag `-r`', 'see `sallyport freeze --help`'],
    [['agent', '--constructor'], '`freeze` has no flag `--constructor`', 'see `sallyport freeze --help`'],
    [['agent', '--reason'], '`--reason` without its value', 'write `--reason <why>`'],
    [['agent', '--reason', '--now'], '`--reason` without its value', 'write `--reason <why>`'],
    [['agent', '--reason', 'a', '--reason', 'b'], '`--reason` was given twice', 'say it once'],
    [['agent', '--now=yes'], '`--now` takes no value', 'see `sallyport freeze --help`'],
    [[], 'something is missing after `freeze`', 'see `sallyport freeze --help`'],
    [['a', 'b', 'c'], 'there is too much after `freeze`', 'see `sallyport freeze --help`'],
  ])('%j is refused with what to do', (args, message, help) => {
    expect(() => read(...args)).toThrow(expect.objectContaining({ message, help, exit: 2 }))
    expect(() => read(...args)).toThrow(Trouble)
  })
})
