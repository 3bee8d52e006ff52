import { dashed, type Header } from '../headers.ts'

/** What a body says it is. */
export interface ContentType {
  /** `application/json`, in lower case; empty where it is not said, or not in a way that every reader takes alike. */
  readonly essence: string
  /** Of `multipart/form-data`. */
  readonly boundary: string | null
  /** Nothing says that the bytes are something else than this type in UTF-8: no encoding, no character set, no second word. */
  readonly plain: boolean
  /** False where two readers may find two types. */
  readonly clear: boolean
}

const TOKEN = "[!#$%&'*+.^_`|~0-9A-Za-z-]+"
/** RFC 9110, 8.3.1, without the blanks around `=` and the escapes that some readers take and others do not. */
const CONTENT_TYPE = new RegExp(
  `^(${TOKEN}/${TOKEN})((?:[ \\t]*;[ \\t]*${TOKEN}=(?:${TOKEN}|"[^"\\\\]*"))*)[ \\t]*;?$`,
)
const PARAMETER = new RegExp(`;[ \\t]*(${TOKEN})=(?:"([^"\\\\]*)"|(${TOKEN}))`, 'g')
/** RFC 2046, 5.1.1, without the blank, and without the comma and the `=` at which some readers cut. */
const BOUNDARY = /^[A-Za-z0-9'()+_./:?-]{1,70}$/
const UTF_8: ReadonlySet<string> = new Set(['utf-8', 'utf8', 'us-ascii'])

export function contentTypeOf(headers: readonly Header[]): ContentType {
  const [type, second] = headers.filter(([name]) => dashed(name) === 'content-type')
  const encodings = headers.filter(([name]) => dashed(name) === 'content-encoding')
  const plain = encodings.every(([, encoding]) => encoding.toLowerCase() === 'identity')
  if (type === undefined) return { essence: '', boundary: null, plain, clear: true }
  const [name, sent] = type
  const [, essence, parameters = ''] = CONTENT_TYPE.exec(sent) ?? []
  const given = parametersIn(parameters)
  // To CGI `Content_Type` is a type, and the last one counts; to others it is none.
  if (second !== undefined || name !== 'content-type' || essence === undefined || given === 'twice')
    return { essence: '', boundary: null, plain: false, clear: false }
  return {
    essence: essence.toLowerCase(),
    boundary: boundaryIn(given),
    plain: plain && UTF_8.has(given.get('charset')?.toLowerCase() ?? 'utf-8'),
    clear: true,
  }
}

export function isJsonType({ essence }: ContentType): boolean {
  return essence === 'application/json' || (essence.startsWith('application/') && essence.endsWith('+json'))
}

/** PHP and Rack find the word in the midst of other parameters too: `xboundary=b1`. */
function boundaryIn(given: ReadonlyMap<string, string>): string | null {
  const boundary = given.get('boundary') ?? ''
  const hasOthers = [...given.keys()].some((name) => name !== 'boundary' && name !== 'charset')
  return !hasOthers && BOUNDARY.test(boundary) ? boundary : null
}

function parametersIn(text: string): ReadonlyMap<string, string> | 'twice' {
  const given = new Map<string, string>()
  for (const [, name = '', quoted, token = ''] of text.matchAll(PARAMETER)) {
    // `charset*` (RFC 2231) is `charset` to some, and its value another one.
    const [plain = '', extended] = name.toLowerCase().split('*')
    if (given.has(plain)) return 'twice'
    given.set(plain, extended === undefined ? (quoted ?? token) : '*')
  }
  return given
}

/**
 * The types that facts name. A closed list, since the caller chooses the text; what is on it has one spelling, and the
 * leaf may keep it.
 */
const NAMED: ReadonlySet<string> = new Set([
  ...['cbor', 'graphql', 'gzip', 'json', 'json-patch+json', 'ld+json', 'merge-patch+json', 'msgpack'].map(
    (name) => `application/${name}`,
  ),
  ...[
    'octet-stream',
    'pdf',
    'soap+xml',
    'vnd.api+json',
    'x-ndjson',
    'x-protobuf',
    'x-tar',
    'xml',
    'yaml',
  ].map((name) => `application/${name}`),
  ...['x-www-form-urlencoded', 'zip'].map((name) => `application/${name}`),
  ...['form-data', 'mixed', 'related'].map((name) => `multipart/${name}`),
  ...['csv', 'html', 'markdown', 'plain', 'xml'].map((name) => `text/${name}`),
  ...['gif', 'jpeg', 'png', 'svg+xml', 'tiff', 'webp'].map((name) => `image/${name}`),
  'audio/mpeg',
  'audio/wav',
  'video/mp4',
  'video/webm',
])

/** The type as facts have it. */
export function namedType({ essence }: ContentType): string {
  return NAMED.has(essence) ? essence : 'other'
}
