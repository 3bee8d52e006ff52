import { MAX_BUNDLE_BYTES } from '@sallyport/core/ledger/tile'

/**
 * Where a log's files are read from, by their paths below its prefix. `undefined`: there is no such file. It rejects when
 * nobody can say, and never answers more than `MAX_FILE_BYTES`.
 */
export interface LogSource {
  read(path: string): Promise<Uint8Array | undefined>
}

export const MAX_FILE_BYTES: number = MAX_BUNDLE_BYTES
const READ_TIMEOUT_MS = 30_000

const NOT_FOUND = 404
const GONE = 410

/** A log over HTTP. `token` is for tiles that are not public. */
export function urlSource(prefix: string, options: { readonly token?: string } = {}): LogSource {
  const base = prefix.endsWith('/') ? prefix : `${prefix}/`
  const headers = options.token === undefined ? {} : { authorization: `Bearer ${options.token}` }
  return {
    read: async (path) => {
      const url = new URL(path, base)
      // A log is where its operator says that it is: following a redirect would hand its bytes to somebody else.
      const response = await fetch(url, {
        headers,
        redirect: 'error',
        signal: AbortSignal.timeout(READ_TIMEOUT_MS),
      })
      if (response.status === NOT_FOUND || response.status === GONE) {
        await response.body?.cancel()
        return undefined
      }
      if (!response.ok) throw new Error(`\`${url.href}\` answers ${response.status}`)
      return readAll(response, url.href)
    },
  }
}

/** The server controls the length of its answer. */
async function readAll(response: Response, url: string): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  let length = 0
  const body = response.body as ReadableStream<Uint8Array> | null
  const reader = body?.getReader()
  for (let read = await reader?.read(); read?.value !== undefined; read = await reader?.read()) {
    length += read.value.length
    if (length > MAX_FILE_BYTES) {
      await reader?.cancel()
      throw new Error(`\`${url}\` is larger than any file of a log`)
    }
    chunks.push(read.value)
  }
  const bytes = new Uint8Array(length)
  let at = 0
  for (const chunk of chunks) {
    bytes.set(chunk, at)
    at += chunk.length
  }
  return bytes
}
