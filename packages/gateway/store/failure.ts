/**
 * Why a store did not do what it was asked. The first three end its opening. After `full` and `not-written` nothing of the
 * change is there and the store goes on. After `unavailable` nobody knows, and nothing more is answered: only opening
 * the store again tells.
 */
export type StoreFault = 'in-use' | 'newer' | 'damaged' | 'full' | 'not-written' | 'unavailable'

export class StoreFailure extends Error {
  readonly fault: StoreFault

  constructor(fault: StoreFault, message: string, cause?: unknown) {
    super(message, { cause })
    this.name = 'StoreFailure'
    this.fault = fault
  }
}
