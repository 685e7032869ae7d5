import { MOST_ROWS, type OwnData } from '#reports/own-data/gather-own-data.ts'
import {
  eventInWords,
  listedInWords,
  momentInWords,
  stateInWords,
  witnessInWords,
} from '../html/consent-words.ts'
import { fileSentences } from '../html/own-data-pages.ts'
import type { PageFrame } from '../html/page.ts'

/** The file for its reader: every row as it is held, and beside it what it means in the reader's language. */
export function ownDataFile(frame: PageFrame, { data, now }: { data: OwnData; now: Date }): string {
  const { language } = frame
  const { cut, consent, doNotMailList, editions, otherMails, ...rest } = data
  const date = momentInWords(now, { language, timeZone: data.reader.timeZone })
  const file = {
    about: fileSentences(frame, { date, cut, most: MOST_ROWS }),
    ...rest,
    consent: consent.map((event) => ({
      inWords: `${eventInWords(event, language)}. ${witnessInWords(event, language)}`,
      ...event,
    })),
    doNotMailList:
      doNotMailList === null
        ? null
        : { inWords: listedInWords(doNotMailList.reason, language), ...doNotMailList },
    editions: editions.map((row) => ({ inWords: stateInWords(row, language), ...row })),
    otherMails: otherMails.map((row) => ({ inWords: stateInWords(row, language), ...row })),
  }
  return `${JSON.stringify(file, null, 2)}\n`
}
