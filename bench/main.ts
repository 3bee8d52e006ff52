import { randomBytes } from 'node:crypto'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { parseArgs } from 'node:util'
import { answer, recordingUpstream } from '@sallyport/testkit/upstream'
import { openCompany, writeConfiguration } from './company.ts'
import { measureDecisions } from './decisions.ts'
import { measureRecord } from './durable.ts'
import { openLegs } from './legs.ts'
import { isInMemory, machineLines, missingPackages } from './machine.ts'
import { openOrigin } from './nginx.ts'
import { measureProxying, type Plan } from './proxying.ts'
import { measureRelease } from './release.ts'
import { type Report, render } from './report.ts'

interface Lengths extends Plan {
  readonly microRounds: number
  readonly microMs: number
  readonly releases: number
}

const METHODS = ['GET', 'POST'] as const
const CONNECTIONS = [1, 16, 64]
const WHOLE: Lengths = {
  methods: METHODS,
  connections: CONNECTIONS,
  rounds: 4,
  seconds: 2,
  warmUpSeconds: 8,
  microRounds: 5,
  microMs: 1_000,
  releases: 200,
}
/** To see that all of it still runs, not to quote from. */
const SHORT: Lengths = {
  ...WHOLE,
  rounds: 2,
  seconds: 1,
  warmUpSeconds: 1,
  microRounds: 2,
  microMs: 200,
  releases: 20,
}

/** One agent may only have so many requests under way. */
const AGENTS = 4
const BODY_BYTES = 4096

const { values } = parseArgs({
  options: {
    short: { type: 'boolean', default: false },
    out: { type: 'string' },
    profile: { type: 'string' },
  },
})
const missing = missingPackages()
if (missing.length > 0) {
  process.stderr.write(`bench: install what is missing first: apt-get install ${missing.join(' ')}\n`)
  process.exit(1)
}
const folder = mkdtempSync(join(tmpdir(), 'sallyport-bench-'))
try {
  const report = await measure(folder, values.short ? SHORT : WHOLE)
  process.stdout.write(`${render(report)}\n`)
  if (values.out !== undefined) {
    mkdirSync(dirname(values.out), { recursive: true })
    writeFileSync(values.out, `${JSON.stringify(report, null, 1)}\n`)
  }
} finally {
  rmSync(folder, { recursive: true })
}

async function measure(folder: string, lengths: Lengths): Promise<Report> {
  const say = (line: string): void => void process.stderr.write(`${line}\n`)
  if (isInMemory(folder)) say(`bench: ${folder} is in memory, so that a sync costs nothing: set TMPDIR`)
  const closing: (() => Promise<void>)[] = []
  try {
    const origin = await openOrigin(folder)
    closing.push(() => origin.close())
    let arrivedAt = 0
    const vault = await recordingUpstream((_, socket) => {
      arrivedAt = performance.now()
      socket.write(answer('done'))
    })
    closing.push(() => vault.close())
    const file = writeConfiguration(folder, { shop: origin.url, vault: vault.url })
    const profiled = values.profile === undefined ? [] : ['--cpu-prof', '--cpu-prof-dir', values.profile]
    const company = await openCompany(file, join(folder, 'data'), profiled)
    closing.push(() => company.gateway.close())
    const keys: string[] = []
    for (let n = 1; n <= AGENTS; n++) keys.push(await company.agent(`bot-${n}`))
    const legs = await openLegs(folder, origin, company, keys)
    closing.push(() => legs.close())

    const proxied = await measureProxying(legs, lengths, keys, writeBody(folder), say)
    say('releases')
    const [key = ''] = keys
    const releasedMs = await measureRelease(company, key, vault, () => arrivedAt, lengths.releases)
    say('decisions')
    const decided = await measureDecisions(file, lengths.microRounds, lengths.microMs)
    say('leaves')
    const recorded = await measureRecord(folder, lengths.microRounds, lengths.microMs)
    return { machine: machineLines(), proxied, decided, recorded, releasedMs }
  } finally {
    for (const close of closing.toReversed()) await close()
  }
}

function writeBody(folder: string): string {
  const file = join(folder, 'body.json')
  const order = { customer: 42, lines: [{ article: 7, count: 2 }], note: '' }
  const note = randomBytes(BODY_BYTES)
    .toString('hex')
    .slice(0, BODY_BYTES - JSON.stringify(order).length)
  writeFileSync(file, JSON.stringify({ ...order, note }))
  return file
}
