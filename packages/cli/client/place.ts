import { loadConfiguration } from '@sallyport/gateway/config/load'
import { spelled } from '@sallyport/gateway/config/problem'
import { dataFolder, type Surroundings } from '@sallyport/gateway/config/surroundings'
import type { Flags } from '../line/command.ts'
import { Trouble, usage } from '../line/trouble.ts'

/** Which gateway a command speaks to. */
export const PLACE = {
  url: {
    takes: 'url',
    says: 'where the gateway is; else SALLYPORT_URL, the configuration, http://localhost:7070',
  },
  config: {
    takes: 'file',
    says: 'its configuration, on its own machine; else SALLYPORT_CONFIG, sallyport.yaml',
  },
  data: {
    takes: 'folder',
    says: 'its data folder, on its own machine; else SALLYPORT_DATA, the configuration',
  },
} as const satisfies Flags

export interface PlaceFlags {
  readonly url: string | undefined
  readonly config: string | undefined
  readonly data: string | undefined
}

export interface Place {
  readonly url: string
  /** Where the operator's token lies if this is the gateway's machine. */
  readonly dataFolder: string
}

const DEFAULT_URL = 'http://localhost:7070'

/** A configuration that is not there is no trouble: most command lines speak to a gateway elsewhere. One that was named is. */
export async function placeOf(flags: PlaceFlags, around: Surroundings): Promise<Place> {
  const said = saidFlags(flags)
  const loading = await loadConfiguration(said, around)
  if (loading.kind === 'loaded') {
    return { url: originOf(loading.configuration.consoleUrl), dataFolder: loading.configuration.dataFolder }
  }
  if (flags.config !== undefined || around.variable('SALLYPORT_CONFIG') !== undefined) {
    throw new Trouble('the configuration cannot be used', loading.problems.map(spelled).join('\n'))
  }
  const url = flags.url ?? around.variable('SALLYPORT_URL') ?? DEFAULT_URL
  return { url: originOf(url), dataFolder: dataFolder(said, around, null) }
}

/** Flags that were not given are left out, as the configuration wants it. */
export function saidFlags({ url, config, data }: Partial<PlaceFlags>) {
  return {
    ...(url === undefined ? {} : { url }),
    ...(config === undefined ? {} : { config }),
    ...(data === undefined ? {} : { data }),
  }
}

function originOf(url: string): string {
  if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol)) {
    throw usage(`\`${url}\` is no URL of a gateway`, 'write scheme, host and port: http://localhost:7070')
  }
  return new URL(url).origin
}
