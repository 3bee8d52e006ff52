import type { PersonId } from '@sallyport/core/action/ids'
import { type Instant, instant } from '@sallyport/core/given'
import { safe } from '@sallyport/core/redact/redacted'
import { type Refusal, refusal } from '@sallyport/core/refusal/refusal'
import { hashOf } from './derive.ts'
import type { IdentityParts } from './parts.ts'
import { isRefusal } from './proved.ts'
import type { Issued, SignIns, Whose } from './sign-ins.ts'
import { drawToken } from './token.ts'
import { drawWords } from './words.ts'

export const PAIRING_MS: number = 10 * 60_000
/** Anybody may begin one, so what that costs has an end. */
export const PAIRINGS_LIMIT = 100

/** `code` is shown in the terminal and on the page, and the person compares them; `secret` stays with the command line. */
export interface Pairing {
  readonly code: string
  readonly secret: string
  readonly until: Instant
}

export type Paired = Issued & { readonly person: PersonId }

/**
 * A command line asks to speak for a person, who confirms it in a browser. All of it is kept in memory: nothing is written
 * for somebody who has proved nothing, and after a restart one asks again.
 */
export interface Pairings {
  begin(): Pairing | Refusal
  /** Whether somebody could confirm this code now. */
  read(code: string): { readonly until: Instant } | Refusal
  /** By a person who is present. The first to confirm is the one. */
  confirm(code: string, whose: Whose): Refusal | 'confirmed'
  /** Gives the token once. */
  poll(secret: string): Promise<Paired | Refusal | 'waiting'>
}

interface Begun {
  readonly hash: string
  readonly until: Instant
  readonly whose: Whose | null
}

export function openPairings(parts: IdentityParts, signIns: Pick<SignIns, 'cliToken'>): Pairings {
  const begun = new Map<string, Begun>()
  const sweep = () => {
    for (const [code, { until }] of begun) if (until <= parts.clock()) begun.delete(code)
  }
  const open = (code: string): Begun | undefined => {
    sweep()
    const found = begun.get(code)
    return found?.whose === null ? found : undefined
  }

  return {
    begin() {
      sweep()
      if (begun.size >= PAIRINGS_LIMIT)
        return refusal('rate-limited', safe`too many pairings wait for a person`)
      const code = drawWords(parts.random)
      const secret = drawToken('pairing', parts.random)
      const until = instant(parts.clock() + PAIRING_MS)
      begun.set(code, { hash: hashOf(parts.keys.derivation, secret), until, whose: null })
      return { code, secret, until }
    },

    read(code) {
      const found = open(code)
      return found === undefined ? over() : { until: found.until }
    },

    confirm(code, whose) {
      const found = open(code)
      if (found === undefined) return over()
      begun.set(code, { ...found, whose })
      return 'confirmed'
    },

    async poll(secret) {
      sweep()
      const hash = hashOf(parts.keys.derivation, secret)
      const [code, found] = [...begun].find(([, one]) => one.hash === hash) ?? []
      if (code === undefined || found === undefined) return over()
      if (found.whose === null) return 'waiting'
      // Before the token is made: whoever polls at the same moment gets none.
      begun.delete(code)
      const issued = await signIns.cliToken(found.whose)
      return isRefusal(issued) ? issued : { ...issued, person: found.whose.person }
    },
  }
}

function over(): Refusal {
  return refusal('not-authenticated', safe`this pairing is not known here, was used, or its time is over`)
}
