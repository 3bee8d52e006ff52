export type ClaimId = string
export type Surface = string
