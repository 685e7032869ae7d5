import { Hono, type Context as Request } from 'hono'
import type { Context } from '#context.ts'
import { bearerOf } from './bearer.ts'
import { draftingRoutes } from './drafting.ts'
import { newsletterTemplateRoutes } from './newsletter-template.ts'
import { newsletterRoutes } from './newsletters.ts'
import { staffRoutes } from './staff.ts'

/** Newsletters, when they come, who gets them first, and a digest by hand. */
export function newsletterPaths(context: Context): Hono {
  const api = new Hono()
  const reads = async (request: Request) => bearerOf(context, request, 'newsletters:read')
  const writes = async (request: Request) => bearerOf(context, request, 'newsletters:write')

  const newsletters = newsletterRoutes(context)
  api.get('/newsletters', async (request) => {
    await reads(request)
    return newsletters.list(request)
  })
  api.get('/embed', async (request) => {
    await reads(request)
    return newsletters.embed(request)
  })
  api.post('/newsletters', async (request) => newsletters.add(request, await writes(request)))
  for (const view of ['show', 'due'] as const)
    api.get(`/newsletters/:slug${view === 'due' ? '/due' : ''}`, async (request) => {
      await reads(request)
      return newsletters[view](request, slugOf(request))
    })
  api.patch('/newsletters/:slug', async (request) => {
    const bearer = await writes(request)
    return newsletters.change(request, { slug: slugOf(request), bearer })
  })
  for (const verb of ['pause', 'resume'] as const)
    api.post(`/newsletters/:slug/${verb}`, async (request) => {
      const bearer = await writes(request)
      return newsletters[verb](request, { slug: slugOf(request), bearer })
    })
  for (const verb of ['clicks', 'welcome'] as const)
    api.put(`/newsletters/:slug/${verb}`, async (request) => {
      const bearer = await writes(request)
      return newsletters[verb](request, { slug: slugOf(request), bearer })
    })

  const template = newsletterTemplateRoutes(context)
  api.get('/newsletters/:slug/template', async (request) => {
    await reads(request)
    return template.show(request, slugOf(request))
  })
  api.put('/newsletters/:slug/template', async (request) => {
    const bearer = await writes(request)
    return template.set(request, { slug: slugOf(request), bearer })
  })
  api.delete('/newsletters/:slug/template', async (request) => {
    const bearer = await writes(request)
    return template.remove(request, { slug: slugOf(request), bearer })
  })

  const drafting = draftingRoutes(context)
  api.post('/newsletters/:slug/editions', async (request) => {
    const bearer = await bearerOf(context, request, 'editions:write')
    return drafting.digest(request, { slug: slugOf(request), bearer })
  })

  const staff = staffRoutes(context)
  api.get('/staff', async (request) => staff.list(request, await reads(request)))
  api.post('/staff', async (request) => staff.add(request, await writes(request)))
  api.post('/staff/remove', async (request) => staff.remove(request, await writes(request)))
  return api
}

function slugOf(request: Request): string {
  return request.req.param('slug') ?? ''
}
