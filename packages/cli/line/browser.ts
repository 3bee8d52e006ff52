import { spawn } from 'node:child_process'
import type { Terminal } from './terminal.ts'

/** Opens a link for somebody at a terminal. Whether a browser came up nobody can tell: the link is printed as well. */
export function openInBrowser(url: string, { isInteractive }: Terminal): void {
  if (!isInteractive) return
  const program = process.platform === 'darwin' ? 'open' : 'xdg-open'
  const child = spawn(program, [url], { stdio: 'ignore', detached: true })
  // No such program: then the printed link is the way.
  child.once('error', () => undefined)
  child.unref()
}
