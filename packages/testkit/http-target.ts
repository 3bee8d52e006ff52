import { type HttpHouse, type HttpHouseSettings, openHttpHouse } from './http-house.ts'
import { rawExchange } from './raw.ts'
import { type RecordingUpstream, type Respond, recordingUpstream } from './upstream.ts'

/** A whole gateway in front of a target that answers byte by byte as the test says. */
export interface Fronted {
  readonly house: HttpHouse
  readonly target: RecordingUpstream
  close(): Promise<void>
}

export async function houseBefore(
  respond: Respond,
  settings: Omit<HttpHouseSettings, 'target'> = {},
): Promise<Fronted> {
  const target = await recordingUpstream(respond)
  const house = await openHttpHouse({ target: target.url, ...settings })
  return {
    house,
    target,
    async close() {
      await house.close()
      await target.close()
    },
  }
}

/** The agent's request as it goes over the wire, up to its empty line. */
export function requestOf(house: HttpHouse, line = 'GET /crm/a', ...headers: readonly string[]): string {
  const head = [`${line} HTTP/1.1`, 'Host: localhost', `Authorization: Bearer ${house.key}`, ...headers]
  return `${head.join('\r\n')}\r\n\r\n`
}

/** Every byte that the agent receives for one request on a connection of its own. */
export function received(house: HttpHouse, line?: string, ...headers: readonly string[]): Promise<string> {
  return rawExchange(house.port, requestOf(house, line, ...headers, 'Connection: close'))
}

/** The action that an answer tells of. */
export function actionOf(answer: string): string | null {
  return /sallyport-action: (\S+)/i.exec(answer)?.[1] ?? null
}
