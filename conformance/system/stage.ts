import { afterAll, afterEach, beforeAll, expect } from 'vitest'
import { type House, openHouse } from './house.ts'
import { openVisitors, type Visitors } from './visitors.ts'

/**
 * A house and its visitors for the tests of a file. After each test its browsers must have had nothing to complain about:
 * no error of a script, nothing that the policy of a page stopped, no answer but those that the test asked for.
 */
export class Stage {
  #house: House | undefined
  #visitors: Visitors | undefined

  constructor() {
    beforeAll(async () => {
      this.#house = await openHouse()
      this.#visitors = await openVisitors(this.#house)
    })
    afterEach(async () => {
      this.house.interrupt()
      await this.visitors.leave()
      expect(this.visitors.complaints()).toEqual([])
    })
    afterAll(async () => {
      await this.#visitors?.close()
      await this.#house?.close()
    })
  }

  get house(): House {
    return there(this.#house)
  }

  get visitors(): Visitors {
    return there(this.#visitors)
  }
}

function there<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('a stage is there inside tests only')
  return value
}
