import { Hono } from 'hono'
import { readClicks } from '#clicks/read-clicks.ts'
import type { Context } from '#context.ts'
import { readAccounts } from '#deliveries/accounts.ts'
import { readAlertTimes } from '#deliveries/alerts/alert-times-store.ts'
import type { Asked } from '#deliveries/preflight/run-preflight.ts'
import { readProgress } from '#deliveries/progress.ts'
import { listEditions } from '#editions/list-editions.ts'
import { getEdition } from '#editions/store.ts'
import { readEditionReport } from '#reports/edition-report.ts'
import { approvalRoutes } from './approval.ts'
import { bearerOf, idOf } from './bearer.ts'
import { checkRoutes } from './checks.ts'
import { correctionRoutes } from './corrections.ts'
import { draftRoutes } from './drafts.ts'
import { holdRoutes } from './holds.ts'
import { onCallRoutes } from './on-call.ts'
import { previewRoutes } from './previews.ts'
import { sendingRoutes } from './sending.ts'

/** What the API asks outside of the database. */
export type Around = {
  /** Whom the checks before sending ask. */
  asked: Asked
  dataDir: string
}

/** Editions from the draft to the accounts, what is put right in them, and the switch that holds them all. */
export function editionRoutes(context: Context, { asked, dataDir }: Around): Hono {
  const api = new Hono()

  api.get('/editions', async (request) => {
    await bearerOf(context, request, 'editions:read')
    return request.json({ editions: await listEditions(context, request.req.query()) })
  })

  api.get('/editions/:id', async (request) => {
    await bearerOf(context, request, 'editions:read')
    const edition = await getEdition(context.db, idOf(request))
    const { id, kind, state, stateReason, subject, test } = edition
    return request.json({
      id,
      kind,
      state,
      stateReason,
      subject,
      test,
      accounts: await readAccounts(context.db, id),
      // Of alerts: how long each step took.
      alert: await readAlertTimes(context.db, id),
    })
  })

  api.get('/editions/:id/progress', async (request) => {
    await bearerOf(context, request, 'editions:read')
    const { db, clock } = context
    return request.json(await readProgress(db, { editionId: idOf(request), now: clock.now() }))
  })

  api.get('/editions/:id/report', async (request) => {
    await bearerOf(context, request, 'editions:read')
    return request.json(await readEditionReport(context.db, idOf(request)))
  })

  api.get('/editions/:id/clicks', async (request) => {
    await bearerOf(context, request, 'editions:read')
    const { id } = await getEdition(context.db, idOf(request))
    const report = await readClicks(context.db, id)
    return request.json({ edition: id, counted: report !== undefined, ...report })
  })

  const drafts = draftRoutes(context)
  api.get('/editions/:id/draft', async (request) => {
    await bearerOf(context, request, 'editions:read')
    return drafts.show(request, idOf(request))
  })
  api.patch('/editions/:id/draft', async (request) => {
    const bearer = await bearerOf(context, request, 'editions:write')
    return drafts.change(request, { editionId: idOf(request), bearer })
  })

  const previews = previewRoutes(context)
  api.get('/editions/:id/preview', async (request) => {
    const bearer = await bearerOf(context, request, 'editions:read')
    return previews.show(request, { editionId: idOf(request), bearer })
  })
  api.post('/editions/:id/test', async (request) => {
    const bearer = await bearerOf(context, request, 'editions:write')
    return previews.test(request, { editionId: idOf(request), bearer })
  })

  const approval = approvalRoutes(context)
  api.get('/editions/:id/approval', async (request) => {
    await bearerOf(context, request, 'editions:read')
    return approval.show(request, idOf(request))
  })
  const sayings = ['approve', 'send-back', 'override', 'stop', 'release', 'cancel', 'call'] as const
  for (const verb of sayings)
    api.post(`/editions/:id/${verb}`, async (request) => {
      const bearer = await bearerOf(context, request, 'editions:write')
      return approval[verb](request, { editionId: idOf(request), bearer })
    })

  const sending = sendingRoutes(context, asked.dkimDir)
  for (const verb of ['send', 'pause', 'resume', 'resend'] as const)
    api.post(`/editions/:id/${verb}`, async (request) => {
      const bearer = await bearerOf(context, request, 'editions:write')
      return sending[verb](request, { editionId: idOf(request), bearer })
    })
  api.get('/editions/:id/resend', async (request) => {
    await bearerOf(context, request, 'editions:read')
    return sending.count(request, idOf(request))
  })

  const checks = checkRoutes(context, asked)
  api.get('/editions/:id/check', async (request) => {
    await bearerOf(context, request, 'editions:read')
    return checks.show(request, idOf(request))
  })
  api.post('/editions/:id/check', async (request) => {
    const bearer = await bearerOf(context, request, 'editions:write')
    return checks.run(request, { editionId: idOf(request), bearer })
  })
  api.post('/editions/:id/overrides', async (request) => {
    const bearer = await bearerOf(context, request, 'editions:write')
    return checks.override(request, { editionId: idOf(request), bearer })
  })

  const onCall = onCallRoutes(context)
  api.get('/on-call', async (request) => {
    await bearerOf(context, request, 'editions:read')
    return onCall.show(request)
  })
  api.put('/on-call', async (request) =>
    onCall.put(request, await bearerOf(context, request, 'editions:write')),
  )
  api.post('/on-call', async (request) =>
    onCall.add(request, await bearerOf(context, request, 'editions:write')),
  )
  api.delete('/on-call/:name', async (request) =>
    onCall.remove(request, await bearerOf(context, request, 'editions:write')),
  )

  const holds = holdRoutes(context, dataDir)
  api.get('/hold', async (request) => {
    await bearerOf(context, request, 'editions:read')
    return holds.show(request)
  })
  api.post('/hold', async (request) =>
    holds.hold(request, await bearerOf(context, request, 'editions:write')),
  )
  api.post('/hold/release', async (request) =>
    holds.release(request, await bearerOf(context, request, 'editions:write')),
  )

  const corrections = correctionRoutes(context)
  api.get('/corrections', async (request) => {
    await bearerOf(context, request, 'editions:read')
    return corrections.list(request)
  })
  api.get('/corrections/:id', async (request) => {
    await bearerOf(context, request, 'editions:read')
    return corrections.show(request, idOf(request))
  })
  api.post('/corrections', async (request) =>
    corrections.open(request, await bearerOf(context, request, 'editions:write')),
  )
  for (const verb of ['decide', 'accept', 'dismiss'] as const)
    api.post(`/corrections/:id/${verb}`, async (request) => {
      const bearer = await bearerOf(context, request, 'editions:write')
      return corrections[verb](request, { correctionId: idOf(request), bearer })
    })
  return api
}
