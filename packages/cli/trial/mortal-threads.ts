import { syncBuiltinESMExports } from 'node:module'
import threads, { isMainThread, Worker } from 'node:worker_threads'

/**
 * Loaded by `--import` before a gateway of a test: SIGUSR2 ends its threads, as a lack of memory would. The gateway is the
 * one that everybody runs and knows nothing of it.
 */
class Mortal extends Worker {
  constructor(...how: ConstructorParameters<typeof Worker>) {
    super(...how)
    process.once('SIGUSR2', () => void this.terminate())
  }
}

if (isMainThread) {
  Object.assign(threads, { Worker: Mortal })
  syncBuiltinESMExports()
}
