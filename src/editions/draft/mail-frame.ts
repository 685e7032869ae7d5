import { dateLine } from '../dates.ts'
import { publicationOf, type Settings } from '../publication.ts'
import type { EditionRules } from './rules-store.ts'

/** Masthead and colours of a mail that is made of words alone. */
export function mailFrameOf({
  rules,
  set,
  day,
}: {
  rules: EditionRules
  set: Settings
  day: Date
}) {
  const { name, description, logoUrl, colours } = rules
  return {
    publication: { ...publicationOf(set), ...(logoUrl === null ? {} : { logoUrl }) },
    newsletter: { name, description },
    dateLine: dateLine({ ...set, now: day }),
    colours,
  }
}
