import { readFile } from 'node:fs/promises'
import { Hono } from 'hono'

const FOLDER = new URL('../../../templates/pages/', import.meta.url)
const TYPES = {
  'daybreak.css': 'text/css; charset=utf-8',
  'signup.js': 'text/javascript; charset=utf-8',
  'desk.js': 'text/javascript; charset=utf-8',
  'proof.js': 'text/javascript; charset=utf-8',
}

/** The one stylesheet and the small scripts of the pages. */
export function assetRoutes(): Hono {
  const assets = new Hono()
  for (const [name, type] of Object.entries(TYPES)) {
    assets.get(`/${name}`, async (request) =>
      request.body(await readFile(new URL(name, FOLDER)), 200, {
        'Content-Type': type,
        'Cache-Control': 'public, max-age=3600',
      }),
    )
  }
  return assets
}
