import type { Context as Request } from 'hono'
import type { Context } from '#context.ts'
import { findLeadPicture, findPublished } from '#deliveries/archive/archive-store.ts'
import { editionPage } from '#deliveries/archive/edition-page.ts'
import { listSuperseded } from '#editions/corrections/version-store.ts'
import { instantLine } from '#editions/dates.ts'
import { readSettings } from '#editions/publication.ts'
import { getEdition } from '#editions/store.ts'
import { Refusal } from '#errors.ts'
import { archiveWords, editionViewPage } from '../../html/archive-pages.ts'
import { fill } from '../../html/page-words.ts'
import { MAIL_POLICY } from '../read.ts'
import { editionUrl, linksOf } from './addresses.ts'
import { answerPage, mayBeIndexed, seeing } from './answer-page.ts'

/** An edition as it holds now, with a dated note for each version that readers may have instead. */
export async function answerEdition(
  context: Context,
  request: Request,
  { slug, editionId }: { slug: string; editionId: number },
): Promise<Response> {
  const { db, config } = context
  const archive = await findPublished(db, { editionId, ...seeing(context) })
  if (archive === undefined) throw unknown()
  const edition = await getEdition(db, editionId)
  // Links in mails name the newsletter as it was called when they left.
  if (![archive.slug, edition.compiled.sender.newsletter.slug].includes(slug)) throw unknown()
  const set = await readSettings(context)
  const { language } = edition
  const words = archiveWords(language)
  const links = linksOf(config, archive)
  const names = { newsletter: archive.name, name: set.name }
  const former = await listSuperseded(db, editionId)
  const indexed = archive.listed && mayBeIndexed(context, archive)
  const publishedAt = edition.releaseAt ?? edition.createdAt
  const body = await editionViewPage({
    mail: editionPage(edition, {
      whyLine: fill(words.why, names),
      signUp: { url: links.signUp, label: words.signUp },
      archive: archive.archived ? { url: links.page, label: words.all } : null,
    }),
    language,
    newsletter: archive.name,
    publication: set.name,
    subject: edition.subject,
    preheader: edition.preheader,
    url: editionUrl(links, editionId),
    publishedAt,
    indexed,
    picture: await findLeadPicture(db, editionId),
    links: archive.archived ? links : null,
    signUpUrl: links.signUp,
    changes: former.map((version) => changeInWords(version, { ...set, language })),
  })
  const modifiedAt = former.at(-1)?.createdAt ?? publishedAt
  return answerPage(request, { body, modifiedAt, indexed, policy: MAIL_POLICY })
}

function changeInWords(
  { reason, createdAt }: { reason: string; createdAt: Date },
  { language, timeZone }: { language: string; timeZone: string },
): { time: string; lines: string[] } {
  return {
    time: instantLine({ language, timeZone, now: createdAt }),
    lines: reason.split('\n').filter((line) => line.trim() !== ''),
  }
}

function unknown(): Refusal {
  return new Refusal('there is no such edition', { status: 404 })
}
