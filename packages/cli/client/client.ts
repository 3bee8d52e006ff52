import { refused, Trouble } from '../line/trouble.ts'
import { readProblem } from './problem.ts'

/** A route of the contract, as far as calling it goes. */
interface Route {
  readonly method: string
  readonly path: string
  readonly responses: object
}

interface Schema {
  safeParse(value: unknown): { readonly success: boolean; readonly data?: unknown }
}

type Json<S> = { readonly content: { readonly 'application/json': { readonly schema: S } } }
type Out<S> = S extends { readonly _zod: { readonly output: infer T } } ? T : never

/** What a call answers when it went well; nothing for a route that answers no body. */
export type AnswerOf<R extends Route> = R['responses'] extends { readonly 200: Json<infer S> }
  ? Out<S>
  : R['responses'] extends { readonly 201: Json<infer S> }
    ? Out<S>
    : undefined

export interface Asked {
  readonly params?: Readonly<Record<string, string>>
  readonly query?: Readonly<Record<string, string | number | undefined>>
  readonly body?: unknown
  readonly signal?: AbortSignal
}

export interface Client {
  readonly url: string
  readonly token: string | null
  /** By the contract: its path, its schemas. Throws a `Problem` for every no of the gateway. */
  call<R extends Route>(route: R, asked?: Asked): Promise<AnswerOf<R>>
  /** A file or a receipt, as it is. */
  fetch(path: string): Promise<Uint8Array>
}

type Sending = Omit<RequestInit, 'headers'> & { readonly headers?: Readonly<Record<string, string>> }

/** Longer than the longest poll of the contract. */
const ANSWER_LIMIT_MS = 90_000

export function openClient(url: string, token: string | null): Client {
  const proof = token === null ? {} : { authorization: `Bearer ${token}` }

  const send = async (path: string, { headers, ...init }: Sending = {}): Promise<Response> => {
    try {
      return await fetch(url + path, {
        ...init,
        headers: { ...proof, ...headers },
        // A redirect would hand the token to wherever it points.
        redirect: 'error',
        signal: AbortSignal.any([
          AbortSignal.timeout(ANSWER_LIMIT_MS),
          ...(init.signal ? [init.signal] : []),
        ]),
      })
    } catch (cause) {
      if (init.signal?.aborted) throw cause
      throw refused(
        'unavailable',
        `no gateway answers at ${url}`,
        'start it with `sallyport serve`, or name another with `--url`',
      )
    }
  }

  return {
    url,
    token,
    async call(route, { params = {}, query = {}, body, signal } = {}) {
      const path = route.path.replace(/\{(\w+)\}/g, (_, name: string) =>
        encodeURIComponent(params[name] ?? ''),
      )
      const response = await send(path + queryOf(query), {
        method: route.method.toUpperCase(),
        ...(body === undefined
          ? {}
          : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
        ...(signal === undefined ? {} : { signal }),
      })
      if (!response.ok) throw await problemIn(response, url)
      return parsed(route, response.status, await response.text(), url)
    },
    async fetch(path) {
      const response = await send(path)
      if (!response.ok) throw await problemIn(response, url)
      return response.bytes()
    },
  }
}

function parsed<R extends Route>(route: R, status: number, text: string, url: string): AnswerOf<R> {
  const schema = schemaOf(route, status)
  // A route without a schema for what it answered has no body: its type is `undefined`.
  if (schema === undefined) return undefined as AnswerOf<R>
  const answer = schema.safeParse(jsonOf(text))
  if (answer.success) return answer.data as AnswerOf<R>
  throw new Trouble(
    `${url} does not answer as this version of sallyport expects`,
    'compare `sallyport --version` with the version of the gateway',
  )
}

function schemaOf({ responses }: Route, status: number): Schema | undefined {
  const response = (responses as Readonly<Record<number, Partial<Json<Schema>>>>)[status]
  return response?.content?.['application/json'].schema
}

async function problemIn(response: Response, url: string): Promise<Trouble> {
  const problem = readProblem(jsonOf(await response.text()))
  if (problem !== undefined) return problem
  return new Trouble(
    `what answers at ${url} is no gateway of sallyport (HTTP ${response.status})`,
    'name the address of the console with `--url`: http://localhost:7070 unless it was configured otherwise',
  )
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function queryOf(query: NonNullable<Asked['query']>): string {
  const pairs = Object.entries(query).flatMap<[string, string]>(([name, value]) =>
    value === undefined ? [] : [[name, String(value)]],
  )
  return pairs.length === 0 ? '' : `?${new URLSearchParams(pairs)}`
}
