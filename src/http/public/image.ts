import { Hono } from 'hono'
import { findImage } from '#articles/images/rendition-store.ts'
import type { Context } from '#context.ts'
import { Refusal } from '#errors.ts'

/** Pictures that were made smaller for mails. Their address is the hash of their bytes, the same for every reader. */
export function imageRoutes({ db }: Context): Hono {
  const routes = new Hono()
  routes.get('/images/:name', async (request) => {
    const hash = /^([\da-f]{64})\.jpg$/.exec(request.req.param('name'))?.[1]
    const image = hash === undefined ? undefined : await findImage(db, Buffer.from(hash, 'hex'))
    if (image === undefined) throw new Refusal('there is no such picture', { status: 404 })
    return request.body(new Uint8Array(image.bytes), 200, {
      'Content-Type': image.mediaType,
      'Cache-Control': 'public, max-age=31536000, immutable',
      'X-Content-Type-Options': 'nosniff',
      'Cross-Origin-Resource-Policy': 'cross-origin',
    })
  })
  return routes
}
