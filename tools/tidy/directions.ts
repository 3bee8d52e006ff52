import { type Import, importsOf, type Target } from './imports.ts'
import { type Finding, isBelow, isTest, type Source } from './source.ts'

/** Who may import what. The room of a file is the deepest row that holds it; each room may import itself. */
interface Room {
  readonly files: readonly string[]
  /** Only types of these. */
  readonly types?: readonly string[]
  readonly node: boolean
  /** `any`, or the packages by name. */
  readonly packages: 'any' | readonly string[]
  readonly typesOfPackages?: readonly string[]
}

const CORE = 'packages/core'
const WIRE = 'packages/wire'
const DESCRIBE = 'packages/describe'
const CONTRACT = 'packages/contract'
const VERIFY = 'packages/verify'
const GATEWAY = 'packages/gateway'
const GUARD = `${GATEWAY}/guard`
const DOORS = `${GATEWAY}/doors`
const UPSTREAMS = `${GATEWAY}/upstreams`
/** What an inner door is, as a type and an error. Nothing goes out through it, and the simulation stands in for one. */
const INNER_DOOR_TYPE = `${UPSTREAMS}/upstream`
const SIMULATION = 'packages/testkit/simulation'
const PERMIT = `${GUARD}/permit`

// biome-ignore format: a table is read by its rows
const ROOMS: Readonly<Record<string, Room>> = {
  [CORE]:         { files: [], node: false, packages: [], typesOfPackages: ['@cedar-policy/cedar-wasm'] },
  [WIRE]:         { files: [CORE], node: false, packages: [] },
  [DESCRIBE]:     { files: [CORE], node: false, packages: 'any' },
  [CONTRACT]:     { files: [CORE], node: false, packages: 'any' },
  [VERIFY]:       { files: [CORE], node: true, packages: [] },
  [GATEWAY]:      { files: [CORE, WIRE, DESCRIBE, CONTRACT, GATEWAY], node: true, packages: 'any' },
  [DOORS]:        { files: [CORE, WIRE, DESCRIBE, `${CONTRACT}/problem`, `${GUARD}/guard`], types: [`${GUARD}/answer`, `${GUARD}/content`, `${GATEWAY}/store/durable`], node: true, packages: [] },
  'packages/cli': { files: [CORE, WIRE, DESCRIBE, CONTRACT, VERIFY, GATEWAY], node: true, packages: 'any' },
}

/** What proves the others may look at all of them, but has no more right to the inner door than they. */
const PROVING = ['packages/testkit', 'conformance', 'tools', 'bench', 'vitest.config.ts']

export function directions(source: Source): readonly Finding[] {
  const room = Object.keys(ROOMS)
    .filter((folder) => isBelow(source.path, folder))
    .toSorted((a, b) => b.length - a.length)[0]
  const proving = isTest(source.path) || PROVING.some((folder) => isBelow(source.path, folder))
  if (room === undefined && !proving) return [noRoom(source)]
  return importsOf(source).flatMap((one) => {
    const fault =
      innerDoor(source.path, one) ?? (proving || room === undefined ? undefined : direction(room, one))
    return fault === undefined ? [] : [{ path: source.path, line: one.line, ...fault }]
  })
}

type Fault = Pick<Finding, 'what' | 'instead'>

/** Law 1: only the guard has upstreams, and only the guard mints. Holds for tests too. What is imported and exported again counts as a re-export. */
function innerDoor(path: string, { target, names, typeOnly, reExport }: Import): Fault | undefined {
  if (target.kind === 'hidden') {
    return {
      what: `an import that cannot be followed (${target.why})`,
      instead: 'name the module in the text',
    }
  }
  if (target.kind !== 'file') return undefined
  const standsIn = target.path === INNER_DOOR_TYPE && isBelow(path, SIMULATION)
  const isDoor = isBelow(target.path, UPSTREAMS) && !standsIn
  if (isDoor && !isBelow(path, UPSTREAMS) && !isBelow(path, GUARD)) {
    return {
      what: `imports the inner door \`${target.path}\``,
      instead: 'ask the guard: only `gateway/guard` imports `gateway/upstreams`',
    }
  }
  const takesMint = names.includes('mint') || names.includes('*')
  if (target.path !== PERMIT || typeOnly || !takesMint) return undefined
  if (isBelow(path, GUARD) && !reExport && !names.includes('*')) return undefined
  return {
    what: 'takes `mint` out of the guard',
    instead: 'ask the guard: only files of `gateway/guard` import it, by its name',
  }
}

function direction(room: string, { target, typeOnly }: Import): Fault | undefined {
  const rules = ROOMS[room]
  if (rules === undefined || allowed(room, rules, target, typeOnly)) return undefined
  switch (target.kind) {
    case 'file':
      return {
        what: `\`${room}\` imports \`${target.path}\``,
        instead: `import from ${listed([room, ...rules.files])}, or have it handed in`,
      }
    case 'node':
      return { what: `\`${room}\` imports \`${target.name}\``, instead: 'have it handed in (core/given.ts)' }
    case 'package':
      return {
        what: `\`${room}\` imports the package \`${target.name}\``,
        instead: `use ${listed(packagesOf(rules))}, or have it handed in`,
      }
    case 'hidden':
      return undefined
  }
}

function allowed(room: string, rules: Room, target: Target, typeOnly: boolean): boolean {
  switch (target.kind) {
    case 'file':
      return [room, ...rules.files, ...(typeOnly ? (rules.types ?? []) : [])].some((folder) =>
        isBelow(target.path, folder),
      )
    case 'node':
      return rules.node
    case 'package':
      return (
        rules.packages === 'any' ||
        [...rules.packages, ...(typeOnly ? (rules.typesOfPackages ?? []) : [])].includes(target.name)
      )
    case 'hidden':
      return false
  }
}

function packagesOf({ packages, typesOfPackages = [] }: Room): readonly string[] {
  return packages === 'any' ? [] : [...packages, ...typesOfPackages.map((name) => `types of ${name}`)]
}

function listed(names: readonly string[]): string {
  return names.length === 0 ? 'no package' : names.map((name) => `\`${name}\``).join(', ')
}

function noRoom({ path }: Source): Finding {
  return {
    path,
    line: 1,
    what: 'stands in no room',
    instead: 'add its package to the table in tools/tidy/directions.ts',
  }
}
