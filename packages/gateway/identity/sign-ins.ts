import { timingSafeEqual } from 'node:crypto'
import type { PersonId } from '@sallyport/core/action/ids'
import { type Instant, instant } from '@sallyport/core/given'
import type { Maker, Proof } from '@sallyport/core/people/caller'
import { safe } from '@sallyport/core/redact/redacted'
import { type Refusal, refusal } from '@sallyport/core/refusal/refusal'
import type { SignInRow, Write } from '../store/store.ts'
import type { Agents } from './agents.ts'
import { hashOf, nameOfProof, pageKeyOf } from './derive.ts'
import { type Changer, changed, type IdentityParts } from './parts.ts'
import { isRefusal, type ProvedPerson } from './proved.ts'
import { drawToken, tokenKind } from './token.ts'

export const LINK_MS: number = 15 * 60_000
/** From the sign-in, whatever happens meanwhile: a session that renews itself is one that a thief keeps. */
export const SESSION_MS: number = 8 * 3_600_000
export const CLI_TOKEN_MS: number = 30 * 24 * 3_600_000

/** A token, told here and never again. */
export interface Issued {
  readonly token: string
  readonly until: Instant
}

/** Told once, in the answer to the sign-in. */
export type NewSession = Issued & { readonly person: PersonId; readonly pageKey: string }

export type Whose = { readonly person: PersonId; readonly madeBy: Maker }

type Kind = 'link' | 'session' | 'cli'

const ROW_KIND = { link: 'link', session: 'session', cli: 'token' } as const
const LASTS_MS = { link: LINK_MS, session: SESSION_MS, cli: CLI_TOKEN_MS } as const

interface Found {
  readonly kind: 'found'
  readonly row: SignInRow
  readonly person: PersonId
}

/** How people prove themselves: a link that is good once becomes a session; a command line has a token of its own. */
export class SignIns {
  readonly #parts: IdentityParts
  readonly #agents: Pick<Agents, 'known'>

  constructor(parts: IdentityParts, agents: Pick<Agents, 'known'>) {
    this.#parts = parts
    this.#agents = agents
  }

  link(person: PersonId, by: Changer): Promise<Issued | Refusal> {
    return this.#make('link', 'link-made', { person, madeBy: by === 'operator' ? null : by }, by)
  }

  cliToken(whose: Whose): Promise<Issued | Refusal> {
    return this.#make('cli', 'paired', whose, whose.person)
  }

  /** Whose link this is, without using it: whoever only looks, as previews of mails and chats do, leaves it good. */
  async readLink(token: string): Promise<{ readonly person: PersonId } | Refusal> {
    const found = await this.#find('link', token)
    return isRefusal(found) ? found : { person: found.person }
  }

  /** Uses the link up. Of two who come with the same one, one gets the session. */
  async useLink(token: string): Promise<NewSession | Refusal> {
    const found = await this.#find('link', token)
    if (isRefusal(found)) return found
    const { person, row } = found
    const { issued, write } = this.#issue('session', { person, madeBy: row.madeBy })
    const note = safe`good until ${issued.until}`
    const leaf = changed(this.#parts, 'sign-in', 'signed-in', person, person, note)
    const moved = await this.#parts.store.move({ writes: [ending(row), write], leaves: [leaf] })
    if (moved === 'lost') return over()
    return { ...issued, person, pageKey: pageKeyOf(this.#parts.keys.derivation, issued.token) }
  }

  /** The only proof that carries a presence, and only together with the key of its page. */
  async session(token: string, pageKey: string | null): Promise<ProvedPerson | Refusal> {
    const found = await this.#find('session', token)
    if (isRefusal(found)) return found
    const { madeBy } = found.row
    const proof = { kind: 'sign-in', session: nameOfProof(found.row.hash), madeBy } as const
    return { ...alone(found, proof), presence: this.#opens(token, pageKey) ? proof : null }
  }

  #opens(session: string, pageKey: string | null): boolean {
    const right = Buffer.from(pageKeyOf(this.#parts.keys.derivation, session))
    const given = Buffer.from(pageKey ?? '')
    return given.length === right.length && timingSafeEqual(given, right)
  }

  async cli(token: string): Promise<ProvedPerson | Refusal> {
    const found = await this.#find('cli', token)
    if (isRefusal(found)) return found
    const { madeBy } = found.row
    return alone(found, { kind: 'person-token', token: nameOfProof(found.row.hash), madeBy })
  }

  /** Ends a session or the token of a command line. What is over already stays over. */
  async end(token: string): Promise<void> {
    const kind = tokenKind(token)
    if (kind !== 'session' && kind !== 'cli') return
    const found = await this.#find(kind, token)
    if (isRefusal(found)) return
    const { person } = found
    const leaf = changed(this.#parts, 'sign-in', 'signed-out', person, person, safe`before its time was over`)
    await this.#parts.store.move({ writes: [ending(found.row)], leaves: [leaf] })
  }

  async #make(kind: Kind, event: string, whose: Whose, by: Changer): Promise<Issued | Refusal> {
    if (!this.#isKnown(whose.person)) return stranger(whose.person)
    const { issued, write } = this.#issue(kind, whose)
    const leaf = changed(this.#parts, 'sign-in', event, whose.person, by, safe`good until ${issued.until}`)
    const moved = await this.#parts.store.move({ writes: [write], leaves: [leaf] })
    if (moved === 'lost') throw new Error('a token was drawn twice')
    return issued
  }

  #issue(kind: Kind, { person, madeBy }: Whose): { readonly issued: Issued; readonly write: Write } {
    const { keys, clock, random } = this.#parts
    const token = drawToken(kind, random)
    const hash = hashOf(keys.derivation, token)
    const createdAt = clock()
    const until = instant(createdAt + LASTS_MS[kind])
    const signIn: SignInRow = {
      hash,
      version: 1,
      kind: ROW_KIND[kind],
      person,
      madeBy,
      createdAt,
      until,
      ended: false,
    }
    return { issued: { token, until }, write: { kind: 'sign-in', from: 0, signIn } }
  }

  /** The row of a token that is good now, and whose it is. */
  async #find(kind: Kind, token: string): Promise<Found | Refusal> {
    if (tokenKind(token) !== kind) return over()
    const { store, keys, clock } = this.#parts
    const row = await store.read('signIn', { hash: hashOf(keys.derivation, token) })
    if (row === null || row.kind !== ROW_KIND[kind] || row.person === null) return over()
    if (row.ended || row.until <= clock()) return over()
    return this.#isKnown(row.person) ? { kind: 'found', row, person: row.person } : stranger(row.person)
  }

  #isKnown(person: PersonId): boolean {
    return this.#agents.known.directory.people.has(person)
  }
}

function alone({ person, row }: Found, proof: Proof): ProvedPerson {
  const caller = { agents: [], owner: person, actsFor: [person], proof }
  return { kind: 'person', person, caller, madeBy: row.madeBy, presence: null }
}

function ending(row: SignInRow): Write {
  return { kind: 'sign-in', from: row.version, signIn: { ...row, version: row.version + 1, ended: true } }
}

function over(): Refusal {
  return refusal('not-authenticated', safe`this is not known here, was used, or its time is over`)
}

function stranger(person: PersonId): Refusal {
  return refusal('unresolved-caller', safe`\`${person}\` is not a known person`)
}
