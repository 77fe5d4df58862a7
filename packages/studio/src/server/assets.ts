import { readFile } from 'node:fs/promises'
import { Hono } from 'hono'

/** Where the build puts the page: seen from the sources as from what is built of them. */
const folder = new URL('../../dist/page/', import.meta.url)

const files = {
  '/': ['index.html', 'text/html; charset=utf-8'],
  '/page.js': ['page.js', 'text/javascript; charset=utf-8'],
  '/page.css': ['page.css', 'text/css; charset=utf-8'],
} as const

/** The page. */
export function assets(): Hono {
  const app = new Hono()
  for (const [path, [file, type]] of Object.entries(files)) {
    app.get(path, async (context) => {
      const text = await readFile(new URL(file, folder), 'utf8')
      return context.body(text, 200, { 'Content-Type': type })
    })
  }
  return app
}
