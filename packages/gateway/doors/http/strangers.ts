import type { Socket } from 'node:net'

/**
 * Connections on which nobody has proved who they are. They cost their sender nothing, so that there is always room for one
 * more: the oldest goes, of the address that has most. Whoever was proved is not among them.
 */
export interface Strangers {
  came(socket: Socket): void
  /** Somebody on the connection from this place was proved. */
  proved(place: Place): void
}

/** Where a connection comes from. The socket under TLS is another object than what speaks over it, and this is the same. */
type Place = Pick<Socket, 'remoteAddress' | 'remotePort'>

export function openStrangers(limit: number): Strangers {
  const byAddress = new Map<string, Map<number, Socket>>()
  let count = 0
  const forget = ({ remoteAddress = '', remotePort = 0 }: Place): void => {
    const there = byAddress.get(remoteAddress)
    if (there?.delete(remotePort) === true) count--
    if (there?.size === 0) byAddress.delete(remoteAddress)
  }
  return {
    came(socket) {
      const { remoteAddress, remotePort } = socket
      // Gone before anybody looked.
      if (remoteAddress === undefined || remotePort === undefined) return
      const there = byAddress.get(remoteAddress) ?? new Map<number, Socket>()
      byAddress.set(remoteAddress, there.set(remotePort, socket))
      count++
      const place = { remoteAddress, remotePort }
      socket.once('close', () => forget(place))
      if (count > limit) oldestOfMost(byAddress)?.destroy()
    },
    proved: forget,
  }
}

function oldestOfMost(byAddress: ReadonlyMap<string, ReadonlyMap<number, Socket>>): Socket | undefined {
  let most: ReadonlyMap<number, Socket> = new Map()
  for (const there of byAddress.values()) if (there.size > most.size) most = there
  return most.values().next().value
}
