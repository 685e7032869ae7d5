import type { Db } from '#db/open.ts'
import { listNewsletters, type Newsletter } from '#editions/newsletter.ts'
import { readSettings } from '#editions/publication.ts'
import { scheduleInWords } from '#editions/schedule-words.ts'
import { compileConfirm } from '#mail/templates.ts'
import { phrase, wordsFor } from '#mail/words.ts'
import { CONFIRM_HOURS } from '#subscribers/sign-up.ts'
import { type Form, publicationFor } from './form.ts'

/** The subject to look for in the inbox, as the page after sign-up says it. */
export function confirmSubject(publicationName: string, language: string): string {
  return phrase(wordsFor(language).confirmSubject, 'name', publicationName)
}

/** Asks the address to confirm these newsletters; a reminder asks the second and last time. */
export async function confirmForm(
  { db }: { db: Db },
  {
    newsletterIds,
    language,
    reminder = false,
  }: { newsletterIds: readonly number[]; language: string; reminder?: boolean },
): Promise<Form> {
  const set = await readSettings({ db })
  const publication = publicationFor(set, language)
  const words = wordsFor(publication.language)
  const chosen = (await listNewsletters(db)).filter(({ id }) => newsletterIds.includes(id))
  const subject = reminder
    ? phrase(words.reminderSubject, 'name', set.name)
    : confirmSubject(set.name, publication.language)
  const mail = await compileConfirm({
    publication,
    subject,
    preheader: reminder ? words.reminderPreheader : words.confirmPreheader,
    newsletters: chosen.map((newsletter) =>
      newsletterLine(newsletter, { language: publication.language, houseZone: set.timeZone }),
    ),
    validHours: CONFIRM_HOURS,
    reminder,
  })
  return { subject, ...mail }
}

export function newsletterLine(
  newsletter: Newsletter,
  told: { language: string; houseZone: string },
) {
  const { name, description } = newsletter
  return { name, description, schedule: scheduleInWords(newsletter, told) }
}
