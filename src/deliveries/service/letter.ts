import type { Db } from '#db/open.ts'
import { readSettings } from '#editions/publication.ts'
import type { LetterSlot } from '#mail/template-model.ts'
import { compileLetter } from '#mail/templates.ts'
import { counted, phrase, wordsFor } from '#mail/words.ts'
import { type Form, publicationFor } from './form.ts'

/** How long its link works. */
type Life = { hours: number } | { days: number }

export type Letter =
  | { about: 'ownData' | 'fresh' | 'addressChange'; slot: LetterSlot; life: Life }
  | { about: 'addressNote' }

/** A short mail about one matter, in the reader's language. */
export async function letterForm(
  db: Db,
  { language: wish, ...letter }: Letter & { language: string },
): Promise<Form> {
  const set = await readSettings({ db })
  const publication = publicationFor(set, wish)
  const { language } = publication
  const words = wordsFor(language)
  const named = (text: string) => phrase(text, 'name', set.name)
  const said = words[letter.about]
  const subject = named(said.subject)
  const mail = await compileLetter({
    publication,
    subject,
    preheader: said.preheader,
    title: said.title,
    lead: named(said.lead),
    link: letter.about === 'addressNote' ? null : linkOf(letter, language),
    hint: said.hint,
    why: named(words.askedWhy),
  })
  return { subject, ...mail }
}

function linkOf(
  { about, slot, life }: Exclude<Letter, { about: 'addressNote' }>,
  language: string,
): { slot: LetterSlot; button: string; valid: string } {
  const words = wordsFor(language)
  const { button, valid } = words[about]
  const gaps =
    'hours' in life
      ? phrase(valid, 'hours', counted(words.hours, life.hours, language))
      : phrase(valid, 'days', counted(words.days, life.days, language))
  return { slot, button, valid: gaps }
}
