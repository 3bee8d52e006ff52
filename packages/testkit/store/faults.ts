/** How the disk fails next. Shared with the thread that has it, one number in shared memory. */
export const FAULTS = [
  'none',
  'write fails',
  'commit fails, and is lost',
  'commit fails, and is on the disk',
  'commit finds the disk full',
  'nothing more fits',
] as const

export type Fault = (typeof FAULTS)[number]

export interface FaultyData {
  readonly folder: string
  readonly fault: SharedArrayBuffer
}

export function setFault(memory: SharedArrayBuffer, fault: Fault): void {
  Atomics.store(new Int32Array(memory), 0, FAULTS.indexOf(fault))
}

export function faultIn(memory: SharedArrayBuffer): Fault {
  return FAULTS[Atomics.load(new Int32Array(memory), 0)] ?? 'none'
}
