/** One sentence of the doctor. `wrong` fails; `note` is worth knowing and may be as it should. */
export interface Said {
  readonly mark: 'ok' | 'note' | 'wrong'
  readonly says: string
  /** What to do about it. */
  readonly help?: string
}

export function ok(says: string): Said {
  return { mark: 'ok', says }
}

export function note(says: string, help?: string): Said {
  return help === undefined ? { mark: 'note', says } : { mark: 'note', says, help }
}

export function wrong(says: string, help: string): Said {
  return { mark: 'wrong', says, help }
}
