import type { Terminal } from '../line/terminal.ts'
import { type Client, openClient } from './client.ts'
import { type PlaceFlags, placeOf } from './place.ts'
import { proofFor, type Speaker } from './proof.ts'

/** The gateway that the flags mean, spoken to as whoever may. */
export async function clientFor(flags: PlaceFlags, speaker: Speaker, { around }: Terminal): Promise<Client> {
  const place = await placeOf(flags, around)
  return openClient(place.url, proofFor(speaker, place, around))
}
