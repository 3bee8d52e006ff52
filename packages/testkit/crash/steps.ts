import { writeSync } from 'node:fs'
import files from 'node:fs/promises'
import { syncBuiltinESMExports } from 'node:module'
import { Socket } from 'node:net'
import { DatabaseSync, StatementSync } from 'node:sqlite'
import {
  getEnvironmentData,
  isMainThread,
  MessagePort,
  setEnvironmentData,
  Worker,
} from 'node:worker_threads'

/**
 * Loaded by `--import` before a gateway of a test, in each of its threads: counts every step that it takes towards the disk,
 * another thread or a socket, and kills the process at the one that it was told. The gateway is the one that everybody runs
 * and knows nothing of it. Told by `#<n>` behind its own URL, from the start on, or by a message of the parent, from then on.
 */
const SHARED = 'sallyport crash steps'
const COUNT = 0
const DIES_AT = 1
const NEVER = 0
const STANDARD_ERROR = 2

const steps = shared()

function shared(): Int32Array {
  if (!isMainThread) return new Int32Array(getEnvironmentData(SHARED) as SharedArrayBuffer)
  const made = new Int32Array(new SharedArrayBuffer(2 * Int32Array.BYTES_PER_ELEMENT))
  made[DIES_AT] = Number(new URL(import.meta.url).hash.slice(1)) || NEVER
  setEnvironmentData(SHARED, made.buffer)
  process.on('message', (diesAt: number) => {
    const taken = Atomics.exchange(steps, COUNT, 0)
    Atomics.store(steps, DIES_AT, diesAt)
    process.send?.(taken)
  })
  // The parent listens; nothing here lives for it.
  process.channel?.unref()
  return made
}

/** Counts from one. What it is called goes to standard error first, for whoever reads how the round ended. */
function step(name: string): void {
  const now = Atomics.add(steps, COUNT, 1) + 1
  if (now !== Atomics.load(steps, DIES_AT)) return
  writeSync(STANDARD_ERROR, `died at step ${now}, ${name}\n`)
  process.kill(process.pid, 'SIGKILL')
}

/** A step before the call and one after it, or after what it promises, before anybody hears of either. */
function around(
  owner: object,
  method: string,
  nameOf: (self: unknown, first: unknown) => string | undefined,
): void {
  const original = Reflect.get(owner, method) as (...args: readonly unknown[]) => unknown
  Reflect.set(owner, method, function (this: unknown, ...args: readonly unknown[]): unknown {
    const name = nameOf(this, args[0])
    if (name === undefined) return Reflect.apply(original, this, args)
    step(`before ${name}`)
    const result = Reflect.apply(original, this, args)
    if (!(result instanceof Promise)) {
      step(`after ${name}`)
      return result
    }
    return result.then((value: unknown) => {
      step(`after ${name}`)
      return value
    })
  })
}

/** The thread that has the disk: each statement that writes. */
function countStatements(): void {
  around(StatementSync.prototype, 'run', (self) => (self as StatementSync).sourceSQL.trim().slice(0, 24))
  around(DatabaseSync.prototype, 'exec', (_, sql) => String(sql).trim().slice(0, 24))
}

/** What the threads say to each other, on its way and when it arrives. */
function countMessages(): void {
  around(MessagePort.prototype, 'postMessage', () =>
    isMainThread ? 'work goes to the store' : 'the store answers',
  )
  const emit = Reflect.get(Worker.prototype, 'emit') as (...args: readonly unknown[]) => unknown
  Object.assign(Worker.prototype, { emit })
  around(Worker.prototype, 'emit', (_, event) =>
    event === 'message' ? 'the answer of the store is heard' : undefined,
  )
}

function countSockets(): void {
  for (const method of ['connect', 'write', 'end'])
    around(
      Socket.prototype,
      method,
      (self) => `${method} to port ${(self as Socket).localPort ?? 'of a target'}`,
    )
}

/** The signed checkpoint, beside its key. */
async function countFiles(): Promise<void> {
  const handle = await files.open('/dev/null')
  const prototype = Object.getPrototypeOf(handle) as object
  await handle.close()
  for (const method of ['writeFile', 'sync']) around(prototype, method, () => `${method} of a checkpoint`)
  around(files, 'rename', () => 'rename of a checkpoint')
  syncBuiltinESMExports()
}

countMessages()
countStatements()
if (isMainThread) {
  countSockets()
  await countFiles()
}
