/** The memory that bodies may take: a flood of them must not take it from everybody else. */
export interface Space {
  /** Gives back what it took when the function that it returns is called, once. Undefined: there is no room. */
  take(who: string, bytes: number): (() => void) | undefined
}

export function openSpace(limitBytes: number, limitOfOneBytes: number): Space {
  const taken = new Map<string, number>()
  let all = 0
  return {
    take(who, bytes) {
      const before = taken.get(who) ?? 0
      if (all + bytes > limitBytes || before + bytes > limitOfOneBytes) return undefined
      all += bytes
      taken.set(who, before + bytes)
      let given = false
      return () => {
        if (given) return
        given = true
        all -= bytes
        const left = (taken.get(who) ?? 0) - bytes
        if (left === 0) taken.delete(who)
        else taken.set(who, left)
      }
    },
  }
}
