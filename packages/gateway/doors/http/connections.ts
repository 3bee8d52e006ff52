import type { Socket } from 'node:net'

/**
 * Whose the connections of the door are. One on which nobody was proved costs its sender nothing, and any number of one
 * agent's costs one key: there is always room for one more of either, since an earlier one goes for it.
 */
export interface Connections {
  came(socket: Socket): void
  /** Somebody on the connection from this place was proved: from now on it counts among theirs. */
  proved(place: Place, who: string): void
  /** Something is under way on it until the function that it returns is called. */
  busy(place: Place): () => void
}

export interface ConnectionLimits {
  /** On which nobody was proved. The oldest goes, of the address that has most. */
  readonly strangers: number
  /** Of one agent. Its longest idle one goes; where all are busy, the one that asked longest ago. */
  readonly ofOne: number
  /** Of all agents. It goes from the one that has most. */
  readonly proved: number
}

/** Where a connection comes from. The socket under TLS is another object than what speaks over it, and this is the same. */
export type Place = Pick<Socket, 'remoteAddress' | 'remotePort'>

interface Connection {
  readonly socket: Socket
  underWay: number
  /** Out of where it counts now, once. */
  leave: () => void
}

export function openConnections(limits: ConnectionLimits): Connections {
  const all = new Map<string, Connection>()
  const strangers = openCounted()
  const agents = openCounted()
  return {
    came(socket) {
      const { remoteAddress } = socket
      // Gone before anybody looked.
      if (remoteAddress === undefined) return
      const at = textOf(socket)
      const connection: Connection = { socket, underWay: 0, leave: () => undefined }
      all.set(at, connection)
      connection.leave = strangers.add(remoteAddress, connection)
      socket.once('close', () => {
        connection.leave()
        if (all.get(at) === connection) all.delete(at)
      })
      if (strangers.count() > limits.strangers) end(strangers.most().values().next().value)
    },

    proved(place, who) {
      const connection = all.get(textOf(place))
      if (connection === undefined) return
      connection.leave()
      connection.leave = agents.add(who, connection)
      const theirs = agents.of(who)
      if (theirs.size > limits.ofOne) end(spare(theirs, connection))
      else if (agents.count() > limits.proved) end(spare(agents.most(), connection))
    },

    busy(place) {
      const connection = all.get(textOf(place))
      if (connection === undefined) return () => undefined
      connection.underWay++
      return () => void connection.underWay--
    },
  }
}

function textOf({ remoteAddress = '', remotePort = 0 }: Place): string {
  return `${remoteAddress} ${remotePort}`
}

/** It counts no more from here on, and not only once it has closed. */
function end(connection: Connection | undefined): void {
  connection?.leave()
  connection?.socket.destroy()
}

/** The first in their order is the one whose last request is the oldest. */
function spare(theirs: ReadonlySet<Connection>, newest: Connection): Connection | undefined {
  for (const one of theirs) if (one.underWay === 0 && one !== newest) return one
  return theirs.values().next().value
}

interface Counted {
  count(): number
  add(name: string, connection: Connection): () => void
  of(name: string): ReadonlySet<Connection>
  /** Those of the name that has most. */
  most(): ReadonlySet<Connection>
}

function openCounted(): Counted {
  const byName = new Map<string, Set<Connection>>()
  const none: ReadonlySet<Connection> = new Set()
  let count = 0
  return {
    count: () => count,
    add(name, connection) {
      const there = byName.get(name) ?? new Set()
      byName.set(name, there.add(connection))
      count++
      return () => {
        if (!there.delete(connection)) return
        count--
        if (there.size === 0) byName.delete(name)
      }
    },
    of: (name) => byName.get(name) ?? none,
    most() {
      let most = none
      for (const there of byName.values()) if (there.size > most.size) most = there
      return most
    },
  }
}
