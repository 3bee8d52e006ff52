import type { Configuration } from '@sallyport/gateway/config/configuration'
import { loadConfiguration } from '@sallyport/gateway/config/load'
import { spelled } from '@sallyport/gateway/config/problem'
import type { Surroundings } from '@sallyport/gateway/config/surroundings'
import { type PlaceFlags, saidFlags } from '../client/place.ts'
import type { Flags } from '../line/command.ts'
import { Trouble } from '../line/trouble.ts'

/** For what runs on the machine of the gateway. */
export const HERE = {
  config: { takes: 'file', says: 'the configuration; else SALLYPORT_CONFIG, sallyport.yaml' },
  data: { takes: 'folder', says: 'the data folder; else SALLYPORT_DATA, the configuration' },
} as const satisfies Flags

export interface Configured {
  readonly file: string
  readonly configuration: Configuration
}

/** The configuration, or all that is wrong with it by file and line. */
export async function configured(flags: Partial<PlaceFlags>, around: Surroundings): Promise<Configured> {
  const loading = await loadConfiguration(saidFlags(flags), around)
  if (loading.kind === 'loaded') return loading
  throw new Trouble('the configuration cannot be used', loading.problems.map(spelled).join('\n'))
}
