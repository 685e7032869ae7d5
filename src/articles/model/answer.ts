import { z } from 'zod'
import type { SummarySentence } from '../article.ts'
import { withoutInvisible } from '../reading/clean-text.ts'
import { hasAddress } from './address.ts'
import { readSubject } from './gate/evidence.ts'
import { doubtsAbout } from './gate/gate.ts'
import type { Material } from './material.ts'

/** The only shape that an answer may have. */
export const ANSWER = z.strictObject({
  sentences: z
    .array(
      z.strictObject({
        text: z.string().min(1).max(400),
        sources: z.array(z.number().int().min(1).max(1000)).min(1).max(4),
      }),
    )
    .min(1)
    .max(3),
})

export type Verdict =
  | { kind: 'supported'; sentences: SummarySentence[] }
  /** In words for a person. */
  | { kind: 'refused'; reason: string }

const LEAST_WORDS = 12
const MOST_WORDS = 75
const MOST_WORDS_A_SENTENCE = 40

/** The answer as a summary, where every sentence of it is borne out by the sentences that it names. */
export function judgeAnswer(answer: unknown, material: Material): Verdict {
  const parsed = ANSWER.safeParse(answer)
  if (!parsed.success) return refused('the answer has not the shape that was asked for')
  const { sentences } = parsed.data
  const unfit = unfitFor(sentences.map(({ text }) => text))
  if (unfit !== undefined) return refused(unfit)
  const subject = readSubject({
    ...material,
    sentences: material.sentences.map(({ text }) => text),
  })
  const placed: SummarySentence[] = []
  for (const { text, sources } of sentences) {
    const places = sources.map((number) => material.sentences[number - 1])
    const known = places.filter((place) => place !== undefined)
    const [first] = known
    if (first === undefined || known.length < places.length)
      return refused('a sentence names a sentence that is not in the article')
    const [doubt] = doubtsAbout(
      { text: text.trim(), sources: sources.map((each) => each - 1) },
      subject,
    )
    if (doubt !== undefined) return refused(doubt.reason)
    placed.push({ text: text.trim(), ...spanOf(first), sources: known.map(spanOf) })
  }
  return { kind: 'supported', sentences: placed }
}

function refused(reason: string): Verdict {
  return { kind: 'refused', reason }
}

function spanOf({ paragraph, start, end }: { paragraph: number; start: number; end: number }) {
  return { paragraph, start, end }
}

// oxlint-disable-next-line no-control-regex
const MARKUP = /[<>{}[\]|`\\]|\*\*|__|\]\(|^\s*[#*-]|&\w+;|[\u0000-\u001F\u007F-\u009F]/

/** What no summary may have, whatever the article says. */
function unfitFor(texts: readonly string[]): string | undefined {
  const words = texts.map((text) => text.trim().split(/\s+/).length)
  const all = words.reduce((sum, count) => sum + count, 0)
  if (texts.some((text) => hasAddress(text))) return 'a sentence has an address in it'
  if (texts.some((text) => MARKUP.test(text)))
    return 'a sentence has markup or control characters in it'
  if (texts.some((text) => withoutInvisible(text) !== text.normalize('NFC')))
    return 'a sentence has invisible characters in it'
  if (words.some((count) => count > MOST_WORDS_A_SENTENCE)) return 'a sentence has over 40 words'
  if (all > MOST_WORDS) return `the summary has ${all} words`
  // Languages without blanks between words have few of them.
  if (all < LEAST_WORDS && texts.join('').length < LEAST_WORDS * 4)
    return 'the summary is too short'
  if (texts.some((text) => !/[.!?…。！？]["”’»“')]*$/.test(text.trim())))
    return 'a sentence does not end'
  return undefined
}
