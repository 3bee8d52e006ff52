import { hex } from '../action/digest.ts'
import type { Sha256 } from '../given.ts'
import { fromBase64, toBase64 } from './base64.ts'

/** Signed notes (c2sp.org/signed-note), with Ed25519 and nothing else: a choice of algorithms is a choice for the attacker. */

export interface Signer {
  readonly name: string
  readonly keyId: number
  sign(message: Uint8Array): Uint8Array
}

export interface Verifier {
  readonly name: string
  readonly keyId: number
  verify(message: Uint8Array, signature: Uint8Array): boolean
}

/** A public key under the name that it signs as. */
export interface VerifierKey {
  readonly name: string
  readonly keyId: number
  readonly publicKey: Uint8Array
}

/** RFC 8032: handed in, like `Sha256`. */
export type Ed25519Verify = (publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array) => boolean

const PUBLIC_KEY_BYTES = 32
const SIGNATURE_BYTES = 64
/** The specification wants 16 read at least: the log's own and its witnesses'. */
const MAX_SIGNATURES = 64
const MAX_NOTE_CHARACTERS = 512 * 1024

const ED25519 = 0x01
const KEY_ID_BYTES = 4
const EM_DASH = '—'
/** No Unicode space (`\s` knows all but U+0085), no plus sign and no control character. */
// oxlint-disable-next-line no-control-regex -- control characters are what it keeps out
const KEY_NAME = /^[^\s+\u0000-\u001f\u0085]+$/u
// oxlint-disable-next-line no-control-regex -- control characters are what it keeps out
const CONTROL = /[\u0000-\u0009\u000b-\u001f]/u
const VERIFIER_KEY = /^(?<name>[^+]+)\+(?<id>[0-9a-f]{8})\+(?<key>[A-Za-z0-9+/]+=*)$/u

const encoder = new TextEncoder()

export function keyOf(sha256: Sha256, name: string, publicKey: Uint8Array): VerifierKey {
  if (!isKeyName(name)) throw new Error(`\`${name}\` is no name for a key: use the log's URL without scheme`)
  if (publicKey.length !== PUBLIC_KEY_BYTES) throw new Error('an Ed25519 public key has 32 bytes')
  const id = sha256(Uint8Array.of(...encoder.encode(`${name}\n`), ED25519, ...publicKey))
  return { name, keyId: readKeyId(id), publicKey }
}

/** `name+id+key`, the line that an operator hands to everybody who is to check the log. */
export function encodeVerifierKey({ name, keyId, publicKey }: VerifierKey): string {
  return `${name}+${hex(keyIdBytes(keyId))}+${toBase64(Uint8Array.of(ED25519, ...publicKey))}`
}

/** The key, or `undefined` where the line is none, is for another algorithm, or has an id that is not its own. */
export function parseVerifierKey(sha256: Sha256, line: string): VerifierKey | undefined {
  const parts = VERIFIER_KEY.exec(line)?.groups
  const name = parts?.['name']
  const typed = fromBase64(parts?.['key'] ?? '')
  if (name === undefined || !isKeyName(name)) return undefined
  if (typed?.length !== 1 + PUBLIC_KEY_BYTES || typed[0] !== ED25519) return undefined
  const key = keyOf(sha256, name, typed.subarray(1))
  return encodeVerifierKey(key) === line ? key : undefined
}

export function verifierOf({ name, keyId, publicKey }: VerifierKey, verify: Ed25519Verify): Verifier {
  return {
    name,
    keyId,
    verify: (message, signature) =>
      signature.length === SIGNATURE_BYTES && verify(publicKey, message, signature),
  }
}

export function signerOf({ name, keyId }: VerifierKey, sign: Signer['sign']): Signer {
  return { name, keyId, sign }
}

export function signNote(text: string, signers: readonly Signer[]): string {
  if (!isNoteText(text)) throw new Error('a note is well-formed text that ends in a newline')
  const message = encoder.encode(text)
  const lines = signers.map(({ name, keyId, sign }) => {
    const signature = Uint8Array.of(...keyIdBytes(keyId), ...sign(message))
    return `${EM_DASH} ${name} ${toBase64(signature)}\n`
  })
  return `${text}\n${lines.join('')}`
}

export interface Malformed {
  readonly kind: 'malformed'
  readonly problem: string
}

export type OpenedNote =
  | { readonly kind: 'signed'; readonly text: string; readonly by: readonly Verifier[] }
  | Malformed
  /** Nobody known signed it. */
  | { readonly kind: 'unknown-key'; readonly names: readonly string[] }
  /** A signature in the name of a known key, made by another. */
  | { readonly kind: 'foreign-signature'; readonly name: string }

/** The text of a note that a known key has signed. Without one there is no text to be had from here. */
export function openNote(note: string, known: readonly Verifier[]): OpenedNote {
  const parsed = parseNote(note)
  if (parsed.kind === 'malformed') return parsed
  const { text, signatures } = parsed
  const message = encoder.encode(text)
  const by = new Set<Verifier>()
  for (const { name, keyId, signature } of signatures) {
    const verifier = known.find((key) => key.name === name && key.keyId === keyId)
    if (verifier === undefined) continue
    if (!verifier.verify(message, signature)) return { kind: 'foreign-signature', name }
    by.add(verifier)
  }
  if (by.size === 0) return { kind: 'unknown-key', names: signatures.map(({ name }) => name) }
  return { kind: 'signed', text, by: [...by] }
}

interface Note {
  readonly kind: 'note'
  readonly text: string
  readonly signatures: readonly NoteSignature[]
}

interface NoteSignature {
  readonly name: string
  readonly keyId: number
  readonly signature: Uint8Array
}

function parseNote(note: string): Note | Malformed {
  if (note.length > MAX_NOTE_CHARACTERS) return malformed('the note is too long')
  const split = note.lastIndexOf('\n\n')
  const text = note.slice(0, split + 1)
  if (split < 0 || !isNoteText(note) || !isNoteText(text)) return malformed('not a signed note')
  const lines = note.slice(split + 2, -1).split('\n')
  if (lines.length > MAX_SIGNATURES) return malformed(`more than ${MAX_SIGNATURES} signatures`)
  const signatures = lines.flatMap((line) => parseSignature(line) ?? [])
  if (signatures.length < lines.length) return malformed('a line below the note is no signature')
  return { kind: 'note', text, signatures }
}

function parseSignature(line: string): NoteSignature | undefined {
  const [dash, name, encoded, ...rest] = line.split(' ')
  if (dash !== EM_DASH || name === undefined || encoded === undefined || rest.length > 0) return undefined
  const bytes = fromBase64(encoded)
  if (!isKeyName(name) || bytes === undefined || bytes.length <= KEY_ID_BYTES) return undefined
  return { name, keyId: readKeyId(bytes), signature: bytes.subarray(KEY_ID_BYTES) }
}

export function malformed(problem: string): Malformed {
  return { kind: 'malformed', problem }
}

function isKeyName(name: string): boolean {
  return KEY_NAME.test(name) && name.isWellFormed()
}

function isNoteText(text: string): boolean {
  return text.endsWith('\n') && text.isWellFormed() && !CONTROL.test(text)
}

function readKeyId(bytes: Uint8Array): number {
  return new DataView(bytes.buffer, bytes.byteOffset).getUint32(0)
}

function keyIdBytes(keyId: number): Uint8Array {
  const bytes = new Uint8Array(KEY_ID_BYTES)
  new DataView(bytes.buffer).setUint32(0, keyId)
  return bytes
}
