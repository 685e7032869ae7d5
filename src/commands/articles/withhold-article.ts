import {
  embargoArticle,
  restoreArticle,
  retractArticle,
  timeLine,
} from '#articles/revisions/withhold.ts'
import type { Call } from '#commands/command.ts'
import { Refusal } from '#errors.ts'
import { readMoment } from './moment.ts'

export async function retract(
  { out, enter }: Call,
  { articleId, reason }: { articleId: number; reason: string | undefined },
): Promise<void> {
  if (reason === undefined)
    throw new Refusal('say why it is withdrawn: --reason "the photograph shows another man"', {
      field: 'reason',
    })
  await using house = await enter('stop')
  const done = await retractArticle(house.app.context, { articleId, reason })
  if (!done) {
    out.line(`article ${articleId} was withdrawn before`)
    return
  }
  await house.note('retract article', `article ${articleId}`, { reason })
  out.line(
    `article ${articleId} is withdrawn: no edition takes it and no alert of it goes out. Mails that have left cannot be called back`,
  )
}

export async function restore({ out, enter }: Call, articleId: number): Promise<void> {
  await using house = await enter('stop')
  const done = await restoreArticle(house.app.context, articleId)
  if (done) await house.note('restore article', `article ${articleId}`)
  out.line(done ? `article ${articleId} counts again` : `article ${articleId} was not withdrawn`)
}

export async function embargo(
  { out, enter }: Call,
  { articleId, until: text }: { articleId: number; until: string | undefined },
): Promise<void> {
  if (text === undefined)
    throw new Refusal('until when? Give a time such as 2026-11-23T18:00Z, or none to lift it', {
      field: 'embargo',
    })
  await using house = await enter('compose')
  const { context } = house.app
  const until = text === 'none' ? null : await readMoment(context, { text, field: 'embargo' })
  await embargoArticle(context, { articleId, until })
  await house.note('embargo article', `article ${articleId}`, { until })
  out.line(
    until === null
      ? `article ${articleId} is under no embargo`
      : `article ${articleId} is under embargo until ${timeLine(until)}: nothing of it goes out before`,
  )
}
