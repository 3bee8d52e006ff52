/** The facts of one HTTP request. Values never stand here: the path is its template, the query its keys. */
export interface HttpFacts {
  readonly kind: 'http'
  readonly http: {
    /** Upper case, as sent. */
    readonly method: string
    /** `/customers/{id}`; without a route each segment after the first is `{}`. */
    readonly path: string
    /** Sorted, without repetition. */
    readonly query: readonly string[]
  }
}

/** This kind's part of the Cedar schema: the type of `context.http`. */
export const HTTP_SCHEMA = '{ method: String, path: String, query: Set<String> }'

/** What `context.http` is for an action of another kind: Cedar's schema has no optional attributes here, since an absent one fails open. */
export const NO_HTTP: HttpFacts['http'] = { method: '', path: '', query: [] }
