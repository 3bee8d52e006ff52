import { readFileSync } from 'node:fs'
import { Hono } from 'hono'

/** The files of the page, read once. They have no names of ours in them, so that anybody may have them. */
export function assets(): Hono {
  const web = new Hono()
  for (const [path, type] of [
    ['style.css', 'text/css; charset=utf-8'],
    ['page-key.js', 'text/javascript; charset=utf-8'],
    ['live.js', 'text/javascript; charset=utf-8'],
    ['icon.svg', 'image/svg+xml'],
  ] as const) {
    const content = readFileSync(new URL(path, import.meta.url))
    web.get(`/${path}`, (c) => {
      c.header('Content-Type', type)
      c.header('Cache-Control', 'no-cache')
      return c.body(new Uint8Array(content))
    })
  }
  return web
}
