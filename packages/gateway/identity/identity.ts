import { timingSafeEqual } from 'node:crypto'
import type { AgentId, GroupId, PersonId, SessionId } from '@sallyport/core/action/ids'
import type { Instant } from '@sallyport/core/given'
import type { Caller, Proof } from '@sallyport/core/people/caller'
import { type Redacted, safe } from '@sallyport/core/redact/redacted'
import { type Refusal, refusal } from '@sallyport/core/refusal/refusal'
import { type Agents, type Known, type NewKey, openAgents } from './agents.ts'
import { HOUR_MS, hashOf, sessionOf } from './derive.ts'
import { openPairings, type Paired, type Pairing } from './pairing.ts'
import type { Changer, IdentityParts } from './parts.ts'
import { isRefusal, type Proved, type ProvedPerson } from './proved.ts'
import { type Issued, type NewSession, SignIns, type Whose } from './sign-ins.ts'
import { tokenKind } from './token.ts'

/** What a caller says of itself on its way in: said, not proved, and shown as that. */
export interface Said {
  readonly run?: Redacted
  readonly model?: Redacted
}

export type SignedIn = Omit<NewSession, 'token'> & { readonly cookie: string }

/**
 * Tokens go in here and nowhere further; who somebody is comes out. What may be done with that is asked elsewhere: of
 * policy, of `mayDecide`, and of whoever wants to see a presence.
 */
export interface Identity {
  /** A bearer token: of an agent, of a person's command line, or of the operator. Never a presence. */
  token(token: string): Promise<Proved | Refusal>
  /** What a browser's cookie holds. Only together with the key that its page was given is it proof that somebody is there. */
  session(cookie: string, pageKey: string | null): Promise<ProvedPerson | Refusal>
  /** Who asks at a door. The operator is nobody there. */
  caller(token: string, said?: Said): Promise<Caller | Refusal>
  /** Whether the key that proved a caller is still in force. Sign-ins of people end with their place in the directory. */
  stillProved(proof: Proof): boolean
  sessionOf(caller: Caller, named: string | null, now: Instant): SessionId

  /** Everybody known now. What it gives is archived already. */
  directory(): Known
  /** To be called when the people or groups of the configuration are others. */
  reload(): Promise<void>

  createAgent(
    name: AgentId,
    owner: PersonId,
    groups: readonly GroupId[],
    by: Changer,
  ): Promise<NewKey | Refusal>
  rotateKey(name: AgentId, by: Changer): Promise<NewKey | Refusal>
  revokeAgent(name: AgentId, by: Changer): Promise<Refusal | 'revoked'>

  makeLink(person: PersonId, by: Changer): Promise<Issued | Refusal>
  readLink(token: string): Promise<{ readonly person: PersonId } | Refusal>
  /** The key of the page is told here and never again. */
  useLink(token: string): Promise<SignedIn | Refusal>
  /** Ends a session, or the token of a command line. */
  signOut(token: string): Promise<void>

  beginPairing(): Promise<Pairing | Refusal>
  readPairing(code: string): Promise<{ readonly until: Instant } | Refusal>
  confirmPairing(code: string, whose: Whose): Promise<Refusal | 'confirmed'>
  pollPairing(secret: string): Promise<Paired | 'waiting' | Refusal>
}

/** Reads agents and keys from the store and archives the directory that they make with the configuration. */
export async function openIdentity(parts: IdentityParts): Promise<Identity> {
  const agents = await openAgents(parts)
  const signIns = new SignIns(parts, agents)
  const pairings = openPairings(parts, signIns)
  const token = prover(parts, agents, signIns)
  return {
    token,
    session: (cookie, pageKey) => signIns.session(cookie, pageKey),
    async caller(text, said = {}) {
      const proved = await token(text)
      if (isRefusal(proved)) return proved
      return proved.kind === 'operator' ? nobodyAsks() : withTold(proved.caller, said)
    },
    stillProved: (proof) => proof.kind !== 'agent-key' || agents.isInForce(proof.key),
    sessionOf: sessions(parts),

    directory: () => agents.known,
    reload: () => agents.reload(),
    createAgent: (name, owner, groups, by) => agents.create(name, owner, groups, by),
    rotateKey: (name, by) => agents.rotate(name, by),
    revokeAgent: (name, by) => agents.revoke(name, by),

    makeLink: (person, by) => signIns.link(person, by),
    readLink: (text) => signIns.readLink(text),
    async useLink(text) {
      const used = await signIns.useLink(text)
      if (isRefusal(used)) return used
      const { token: cookie, ...rest } = used
      return { cookie, ...rest }
    },
    signOut: (text) => signIns.end(text),

    beginPairing: async () => pairings.begin(),
    readPairing: async (code) => pairings.read(code),
    confirmPairing: async (code, whose) => pairings.confirm(code, whose),
    pollPairing: (secret) => pairings.poll(secret),
  }
}

/** The session of an hour is the same for all that a caller does in it, and is derived once. */
function sessions({ keys }: IdentityParts): Identity['sessionOf'] {
  const hourly = new WeakMap<Caller, { readonly hour: number; readonly session: SessionId }>()
  return (caller, named, now) => {
    if (named !== null) return sessionOf(keys.derivation, caller, named, now)
    const hour = Math.floor(now / HOUR_MS)
    const known = hourly.get(caller)
    if (known?.hour === hour) return known.session
    const session = sessionOf(keys.derivation, caller, null, now)
    hourly.set(caller, { hour, session })
    return session
  }
}

/** Who a bearer token proves. Each kind is good for what it was given for and for nothing else. */
function prover(parts: IdentityParts, agents: Agents, signIns: SignIns): Identity['token'] {
  const { derivation } = parts.keys
  const operator = Buffer.from(hashOf(derivation, parts.operatorToken))
  return async (text) => {
    switch (tokenKind(text)) {
      case 'agent': {
        const caller = agents.caller(text)
        return isRefusal(caller) ? caller : { kind: 'agent', caller }
      }
      case 'cli':
        return signIns.cli(text)
      case 'operator': {
        const same = timingSafeEqual(Buffer.from(hashOf(derivation, text)), operator)
        return same ? { kind: 'operator' } : unknown()
      }
      case 'link':
      case 'session':
      case 'pairing':
        return unknown()
      case undefined:
        return refusal(
          'not-authenticated',
          safe`this is no whole key or token of Sallyport: it is cut or mistyped`,
        )
    }
  }
}

function withTold(caller: Caller, { run, model }: Said): Caller {
  if (run === undefined && model === undefined) return caller
  return {
    ...caller,
    ...(run !== undefined && { run: { value: run, trust: 'claimed' } }),
    ...(model !== undefined && { model: { value: model, trust: 'claimed' } }),
  }
}

function unknown(): Refusal {
  return refusal('not-authenticated', safe`this token is not known here`)
}

function nobodyAsks(): Refusal {
  return refusal('unresolved-caller', safe`the operator's token is nobody's: ask with the key of an agent`)
}
