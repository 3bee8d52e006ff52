import type * as CedarWasm from '@cedar-policy/cedar-wasm/nodejs'

/** What we use of Cedar. It is handed in: the core loads no WebAssembly, and a test can make it fail. */
export type CedarEngine = Pick<
  typeof CedarWasm,
  | 'getCedarVersion'
  | 'getCedarLangVersion'
  | 'policyToJson'
  | 'validate'
  | 'preparseSchema'
  | 'preparsePolicySet'
  | 'statefulIsAuthorized'
>

export type {
  AuthorizationAnswer,
  Clause,
  Context,
  DetailedError,
  EntityJson,
  PolicyJson,
  Response,
} from '@cedar-policy/cedar-wasm/nodejs'
