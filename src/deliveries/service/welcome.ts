import type { Db } from '#db/open.ts'
import { zoneLine } from '#editions/dates.ts'
import { listNewsletters, type Newsletter } from '#editions/newsletter.ts'
import { readSettings } from '#editions/publication.ts'
import { compileWelcome } from '#mail/templates.ts'
import { phrase, wordsFor } from '#mail/words.ts'
import { findAddressee } from './addressee-store.ts'
import { newsletterLine } from './confirmation.ts'
import { type Form, publicationFor } from './form.ts'

/** What comes and at what hour, in the reader's own time. */
export async function welcomeForm(
  db: Db,
  { subscriberId, newsletterIds }: { subscriberId: number; newsletterIds: readonly number[] },
): Promise<Form> {
  const reader = await findAddressee(db, subscriberId)
  if (reader === undefined) throw new Error(`no reader ${subscriberId}`)
  const set = await readSettings({ db })
  const publication = publicationFor(set, reader.language)
  const { language } = publication
  const words = wordsFor(language)
  const chosen = (await listNewsletters(db)).filter(({ id }) => newsletterIds.includes(id))
  const subject = phrase(words.welcomeSubject, 'name', set.name)
  const mail = await compileWelcome({
    publication,
    subject,
    preheader: words.welcomePreheader,
    newsletters: chosen.map((newsletter) =>
      newsletterLine(atOwnHour(newsletter, reader.digestTime), {
        language,
        houseZone: set.timeZone,
      }),
    ),
    zone: zoneLine(reader.timeZone, language),
  })
  return { subject, ...mail }
}

/** Where the hour is the reader's, a digest comes at the own one; never before the newsletter's, when there is none yet. */
function atOwnHour(newsletter: Newsletter, digestTime: string | null): Newsletter {
  const { kind, localTime, whoseHour } = newsletter
  if (kind !== 'digest' || whoseHour !== 'reader') return newsletter
  if (digestTime === null || digestTime < localTime) return newsletter
  return { ...newsletter, localTime: digestTime }
}
