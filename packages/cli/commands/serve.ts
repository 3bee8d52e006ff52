import { command } from '../line/command.ts'
import { paint, type Terminal } from '../line/terminal.ts'
import { FAILED_EXIT } from '../line/trouble.ts'
import { configured, HERE } from '../local/configured.ts'
import { reload } from '../local/reload.ts'
import { DRAIN_MS, sentenceAndHelp, startGateway } from '../local/start.ts'
import { untilStopped } from '../local/until-stopped.ts'

export const serve = command({
  says: 'run the gateway; SIGTERM drains, SIGINT stops, SIGHUP reads configuration and policies again',
  usage: ['serve'],
  flags: {
    ...HERE,
    url: {
      takes: 'url',
      says: 'where people reach the console, for links; else SALLYPORT_URL, the configuration',
    },
  },
  words: { least: 0, most: 0 },
  async run({ flags }, terminal) {
    const { file, configuration } = await configured(flags, terminal.around)
    // Standard output is for the log, line by line, whoever collects it.
    const gateway = await startGateway(configuration, terminal, (line) => terminal.give(line))
    const { consoleUrl, httpUrl } = gateway
    // Before anybody is told that it runs: whoever then signals is heard.
    const stopped = untilStopped(() => reload(gateway, () => configured(flags, terminal.around), terminal))
    if (flags.json) {
      terminal.give(`${JSON.stringify({ consoleUrl, httpUrl, file, changes: configuration.changes })}\n`)
    } else {
      terminal.note(`console and API at ${consoleUrl}, HTTP door at ${httpUrl}, by ${file}`)
      terminal.note(paint('red', `changes: ${configuration.changes}`))
    }
    const how = await Promise.race([stopped, gateway.failed])
    if (how instanceof Error) return endAtOnce(how, flags.json, terminal)
    await gateway.close(how === 'drain' ? DRAIN_MS : 0)
    return 0
  },
})

/**
 * Nothing more can be recorded, so nothing more is let through, and closing in order would wait for answers that never come.
 * Whoever supervises the process starts another, which finds out what the disk holds.
 */
function endAtOnce(failure: Error, asJson: boolean, terminal: Terminal): never {
  const { message, help } = sentenceAndHelp(failure.message)
  if (asJson) terminal.json({ error: { message, help } })
  else terminal.note(paint('red', 'sallyport'), `: ${message}: ${help}`)
  process.exit(FAILED_EXIT)
}
