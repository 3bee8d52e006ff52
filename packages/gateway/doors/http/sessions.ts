import { constants, type ServerHttp2Session } from 'node:http2'
import { CONTROL_FRAMES_LIMIT, CONTROL_WINDOW_MS, type Waits } from './limits.ts'

const { NGHTTP2_ENHANCE_YOUR_CALM } = constants

/**
 * What nghttp2 leaves to us of one session of HTTP/2: that it ends when nobody asks anything on it, and that it is no flood of
 * frames which cost their sender nothing (CVE-2019-9512, CVE-2019-9515).
 */
export function watchSession(session: ServerHttp2Session, { headMs, idleMs }: Waits): void {
  let streams = 0
  // With `GOAWAY`.
  const idle = (waitMs: number) => setTimeout(() => session.close(), waitMs)
  let patience = idle(headMs)
  session.on('stream', (stream) => {
    clearTimeout(patience)
    streams++
    stream.once('close', () => {
      streams--
      clearTimeout(patience)
      if (streams === 0 && !session.destroyed) patience = idle(idleMs)
    })
  })
  session.once('close', () => clearTimeout(patience))

  let frames = 0
  let since = performance.now()
  const count = (): void => {
    const now = performance.now()
    if (now - since > CONTROL_WINDOW_MS) [frames, since] = [0, now]
    frames++
    if (frames > CONTROL_FRAMES_LIMIT && !session.destroyed)
      session.destroy(undefined, NGHTTP2_ENHANCE_YOUR_CALM)
  }
  session.on('ping', count)
  session.on('remoteSettings', count)
}
