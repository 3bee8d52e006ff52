import { type House, openHouse } from '../demo/house.ts'
import { review } from '../demo/reviewer.ts'
import { playScene, type Telling } from '../demo/scene.ts'
import { AGENT, openWorld, RESOURCE, type World } from '../demo/world.ts'
import { command } from '../line/command.ts'
import { paint, type Terminal } from '../line/terminal.ts'
import { Trouble } from '../line/trouble.ts'
import { reload } from '../local/reload.ts'
import { untilStopped } from '../local/until-stopped.ts'

const USUAL_URL = 'http://localhost:7070'

export const demo = command({
  says: 'a gateway with an API behind it and an agent at the door, on this machine',
  usage: ['demo', 'demo --scene'],
  flags: {
    data: { takes: 'folder', says: 'where it lives between two starts' },
    'console-port': { takes: 'port', says: 'of console and API, else 7070; 0 takes a free one' },
    'http-port': { takes: 'port', says: 'of the HTTP door, else 7080; 0 takes a free one' },
    scene: { says: 'play the scene to its end without anybody, then stop' },
  },
  words: { least: 0, most: 0 },
  async run({ flags }, terminal) {
    const world = await openWorld(flags, terminal.around)
    const house = await openHouse(world, terminal)
    const stopping = new AbortController()
    const stopped = untilStopped(() =>
      reload(house, () => openWorld(flags, terminal.around), terminal),
    ).finally(() => stopping.abort())
    try {
      introduce(house, world, flags.json, terminal)
      const telling = {
        json: flags.json,
        place: placeFlags(house, world),
        signal: stopping.signal,
        onHeld: () => undefined,
      }
      if (flags.scene) return await unattended(house, telling, terminal)
      // Whoever leaves in the middle of the scene leaves.
      await Promise.race([attended(house, telling, terminal), stopped])
      await stopped
      return 0
    } finally {
      await house.close()
    }
  },
})

/** The reviewer is played as well, through her own link and the real page. */
async function unattended(house: House, telling: Telling, terminal: Terminal): Promise<number> {
  const reviewing = Promise.withResolvers<never>()
  const onHeld = (id: string): void => {
    review(house.links.reviewer, id).catch((cause: unknown) => reviewing.reject(cause))
  }
  return Promise.race([playScene(house, { ...telling, onHeld }, terminal), reviewing.promise])
}

/** Somebody sits in front of it. However the scene ends, the house stays open until they leave. */
async function attended(house: House, telling: Telling, terminal: Terminal): Promise<void> {
  try {
    await playScene(house, telling, terminal)
  } catch (cause) {
    if (telling.signal.aborted) return
    if (!(cause instanceof Trouble)) throw cause
    terminal.say(`  ${cause.message}.`)
  }
  if (!telling.json) terminal.say('The gateway stays open. Stop it with Ctrl-C.')
}

function introduce(house: House, world: World, asJson: boolean, terminal: Terminal): void {
  const { consoleUrl, httpUrl, companyUrl, agentKey, links } = house
  const { folder, configuration } = world
  if (asJson) {
    const agent = { name: AGENT, key: agentKey }
    const event = { event: 'open', consoleUrl, httpUrl, companyUrl, folder, agent, links }
    terminal.give(`${JSON.stringify({ ...event, changes: configuration.changes })}\n`)
    return
  }
  const curl = `curl -H 'Authorization: Bearer ${agentKey}'`
  terminal.say(paint('bold', 'Fernhill sells garden plants. Its API stands behind this gate.'))
  terminal.say()
  terminal.say(`  console and API  ${consoleUrl}`)
  terminal.say(`  HTTP door        ${httpUrl}/${RESOURCE}`)
  terminal.say(`  files            ${folder}`)
  terminal.say('  ', paint('red', `changes: ${configuration.changes}`))
  terminal.say()
  terminal.say('Sign in as Ines, who reviews (the link works once):')
  terminal.say(`  ${links.reviewer}`)
  terminal.say(`Or as Olga, the owner of ${AGENT}, who sees the same and cannot approve it:`)
  terminal.say(`  ${links.owner}`)
  terminal.say()
  terminal.say('Three things to try as the agent: one passes, one waits for Ines, one for two people.')
  terminal.say(`  ${curl} ${httpUrl}/${RESOURCE}/customers/1001`)
  terminal.say(
    `  ${curl} -H 'Sallyport-Reason: to see what happens' ${httpUrl}/${RESOURCE}/exports/customers.csv`,
  )
  terminal.say(`  ${curl} -X DELETE ${httpUrl}/${RESOURCE}/customers/1001`)
  terminal.say('And around the gate, where the key of the agent is worth nothing:')
  terminal.say(`  ${curl} ${companyUrl}/customers`)
  terminal.say()
}

/** What a command line has to say to mean this gateway. */
function placeFlags({ consoleUrl }: House, { folder }: World): string {
  const data = /^[\w./-]+$/.test(folder) ? folder : `'${folder.replaceAll("'", `'\\''`)}'`
  return ` --data ${data}${consoleUrl === USUAL_URL ? '' : ` --url ${consoleUrl}`}`
}
