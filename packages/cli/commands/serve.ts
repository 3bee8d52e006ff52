import { command } from '../line/command.ts'
import { paint } from '../line/terminal.ts'
import { configured, HERE } from '../local/configured.ts'
import { reload } from '../local/reload.ts'
import { DRAIN_MS, startGateway } from '../local/start.ts'
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
    await gateway.close((await stopped) === 'drain' ? DRAIN_MS : 0)
    return 0
  },
})
