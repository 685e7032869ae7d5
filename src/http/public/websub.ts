import { Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { answerChallenge, takeDelivery } from '#articles/websub/take-word.ts'
import type { Context } from '#context.ts'
import { Refusal } from '#errors.ts'

const MOST_BYTES = 5 * 1024 * 1024

/** Where hubs bring what is new. The path is a secret of its own; what it brings must be signed. */
export function websubRoutes(context: Context): Hono {
  const routes = new Hono()

  routes.get('/websub/:callback', async (request) => {
    const query = (name: string) => request.req.query(`hub.${name}`)
    const answer = await answerChallenge(context, {
      callback: request.req.param('callback'),
      mode: query('mode'),
      topic: query('topic'),
      challenge: query('challenge'),
      leaseSeconds: query('lease_seconds'),
      reason: query('reason'),
    })
    if (answer === undefined) return request.text('this subscription is not ours', 404)
    return request.text(answer)
  })

  routes.post(
    '/websub/:callback',
    bodyLimit({
      maxSize: MOST_BYTES,
      onError: () => {
        throw new Refusal('more than 5 MB is not taken: name the feed and leave it out', {
          status: 413,
        })
      },
    }),
    async (request) => {
      const delivered = await takeDelivery(context, {
        callback: request.req.param('callback'),
        signature: request.req.header('x-hub-signature'),
        bytes: new Uint8Array(await request.req.arrayBuffer()),
        contentType: request.req.header('content-type') ?? null,
      })
      // WebSub, 7: 410 ends a subscription that nobody holds any more.
      if (delivered === 'unknown') return request.text('nobody subscribes here any more', 410)
      return request.text('', 202)
    },
  )
  return routes
}
