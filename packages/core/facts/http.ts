/** The facts of one HTTP request. Values never stand here: the path is its template, query and body are their keys. */
export interface HttpFacts {
  readonly kind: 'http'
  readonly http: {
    /** Upper case, as sent. */
    readonly method: string
    /** Of the target's address. */
    readonly host: string
    /** `/customers/{id}`; without a route each segment after the first is `{}`. */
    readonly path: string
    /** Sorted, without repetition. */
    readonly query: readonly string[]
    /** What the body says it is: `application/json`; `other` where that is no type of a closed list, `none` where there is no body. */
    readonly type: string
    /** The keys of the body, those that hold others too: `customer`, `customer.email`, `items[].price`. Sorted, without repetition. */
    readonly body: readonly string[]
  }
}

/** This kind's part of the Cedar schema: the type of `context.http`. */
export const HTTP_SCHEMA =
  '{ method: String, host: String, path: String, query: Set<String>, type: String, body: Set<String> }'

/** What `context.http` is for an action of another kind: Cedar's schema has no optional attributes here, since an absent one fails open. */
export const NO_HTTP: HttpFacts['http'] = { method: '', host: '', path: '', query: [], type: '', body: [] }
