/** The known word that was most likely meant, or `undefined` where none is close: a wild guess helps nobody. */
export function nearest(word: string, known: Iterable<string>): string | undefined {
  const limit = Math.min(word.length - 1, Math.max(1, Math.floor(word.length / 3)))
  let best: { word: string; distance: number } | undefined
  for (const candidate of known) {
    const distance = distanceOf(word.toLowerCase(), candidate.toLowerCase())
    if (distance <= limit && distance < (best?.distance ?? Infinity)) best = { word: candidate, distance }
  }
  return best?.word
}

/** How many letters must be put in, left out or changed (Levenshtein). */
function distanceOf(a: string, b: string): number {
  let above = Array.from({ length: b.length + 1 }, (_, column) => column)
  for (let row = 1; row <= a.length; row++) {
    const line = [row]
    for (let column = 1; column <= b.length; column++) {
      const change = a[row - 1] === b[column - 1] ? 0 : 1
      line.push(
        Math.min((above[column] ?? 0) + 1, (line[column - 1] ?? 0) + 1, (above[column - 1] ?? 0) + change),
      )
    }
    above = line
  }
  return above[b.length] ?? 0
}
