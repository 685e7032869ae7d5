import { Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import type { Context } from '#context.ts'
import { Refusal } from '#errors.ts'
import { archiveRoutes } from './archive/routes.ts'
import { clickRoutes } from './click.ts'
import { deskRoutes } from './desk.ts'
import { imageRoutes } from './image.ts'
import { joinRoutes } from './join.ts'
import { leaveRoutes } from './leave.ts'
import { ownDataRoutes } from './own-data.ts'
import { preferencesRoutes } from './preferences.ts'
import { readRoutes } from './read.ts'
import { selfCheckRoutes } from './self-check.ts'
import { websubRoutes } from './websub.ts'

/** What readers see: joining, choosing, leaving, and reading on the web. GET changes nothing but a count of clicks. */
export function publicRoutes(context: Context): Hono {
  const routes = new Hono()
  // A feed is more than a form: it has a limit of its own.
  routes.route('/', websubRoutes(context))
  routes.use(
    bodyLimit({
      maxSize: 64 * 1024,
      onError: () => {
        throw new Refusal('that is more than a form can hold', { status: 413 })
      },
    }),
  )
  routes.route('/', archiveRoutes(context))
  routes.route('/', joinRoutes(context))
  routes.route('/', leaveRoutes(context))
  routes.route('/', preferencesRoutes(context))
  routes.route('/', ownDataRoutes(context))
  routes.route('/', readRoutes(context))
  routes.route('/', imageRoutes(context))
  routes.route('/', clickRoutes(context))
  routes.route('/', deskRoutes(context))
  routes.route('/', selfCheckRoutes(context))
  return routes
}
