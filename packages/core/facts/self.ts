/** The facts of an action on Sallyport itself: asking for a waiver ahead of time is one. */
export interface SelfFacts {
  readonly kind: 'self'
  readonly self: {
    readonly change: 'waiver'
    /** The resource that the change is about. */
    readonly subject: string
  }
}

/** This kind's part of the Cedar schema: the type of `context.self`. */
export const SELF_SCHEMA = '{ change: String, subject: String }'

/** What `context.self` is for an action of another kind. */
export const NO_SELF = { change: '', subject: '' } as const
