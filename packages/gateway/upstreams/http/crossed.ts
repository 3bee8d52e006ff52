import type { Crossing } from '@sallyport/describe/http/meter'

/** An answer crossed its cap: nothing more of it goes on. */
export class Crossed extends Error {
  readonly crossing: Crossing
  constructor(crossing: Crossing) {
    super('the answer crossed its cap')
    this.crossing = crossing
  }
}
