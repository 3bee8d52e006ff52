import type { RandomBytes } from '@sallyport/core/given'

const CONSONANTS = 'bdfghjklmnprstvz'
const VOWELS = 'aiou'
const WORDS = 4

/**
 * 64 random bits that two people can read to each other, `lusab-babad-gutih-tugad`: five letters for 16 bits (D. Wilkerson,
 * "A Proposal for Proquints", arXiv:0901.4016).
 */
export function drawWords(random: RandomBytes): string {
  const bytes = random(2 * WORDS)
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  return Array.from({ length: WORDS }, (_, index) => word(view.getUint16(2 * index))).join('-')
}

export function word(bits: number): string {
  const consonant = (shift: number) => CONSONANTS.charAt((bits >> shift) & 15)
  const vowel = (shift: number) => VOWELS.charAt((bits >> shift) & 3)
  return consonant(12) + vowel(10) + consonant(6) + vowel(4) + consonant(0)
}
