import type { Duplex } from 'node:stream'
import { PIPELINE_LIMIT } from './limits.ts'

/**
 * Requests of one connection run one after another, as their sender wrote them: Node hands over pipelined ones all at once,
 * and a read sent after a change would overtake it.
 */
export interface Turns {
  /** Runs it when its turn has come, unless the connection is gone by then. False: too many wait. */
  take(socket: Duplex, run: () => Promise<void>): boolean
  /** Whether somebody still waits for an answer on it. */
  busy(socket: Duplex): boolean
}

/** `idle` is called when nobody waits on a connection any more. */
export function openTurns(idle: (socket: Duplex) => void): Turns {
  const queues = new WeakMap<Duplex, (() => Promise<void>)[]>()
  const next = async (socket: Duplex, queue: (() => Promise<void>)[]): Promise<void> => {
    for (let run = queue[0]; run !== undefined && !socket.destroyed; run = queue[0]) {
      await run()
      queue.shift()
    }
    queues.delete(socket)
    idle(socket)
  }
  return {
    take(socket, run) {
      const queue = queues.get(socket)
      if (queue === undefined) {
        const begun = [run]
        queues.set(socket, begun)
        void next(socket, begun)
        return true
      }
      if (queue.length > PIPELINE_LIMIT) return false
      queue.push(run)
      return true
    },
    busy: (socket) => queues.has(socket),
  }
}
