import { describe, expect, test } from 'vitest'
import type { Summary } from '#articles/article.ts'
import { summarise } from '#articles/summarise.ts'

const FERRY = {
  headline: 'Ferry service halted after crash',
  standfirst: 'Divers are checking the hull.',
  language: 'en',
  paragraphs: [
    'PORT ANSEL — The ferry Marlow struck the eastern breakwater in Port Ansel harbour on Saturday morning, and 14 of its 212 passengers were hurt.',
    'He said the fog had come “out of nowhere. We could see nothing.',
    'It carries commuters from Gull Island. They were told to wait on deck.',
    '“I heard a bang and everybody fell,” said Nora Vance, who was travelling to work. “Then it was quiet.”',
    'The harbour authority closed the eastern channel to ships over 30 metres until divers have looked at the wreckage on the sea bed.',
    'The harbour authority closed the eastern channel to ships over 30 metres, it said again in a second statement later that day.',
    'Accident investigators from the U.S. maker of the radar are expected in Port Ansel on Monday, the transport ministry said.',
    'What happens next',
  ],
}

function textOf(summary: Summary): string {
  return summary.sentences.map(({ text }) => text).join(' ')
}

describe('a summary', () => {
  test('is made of exact pieces of the article, in its order', () => {
    const summary = summarise(FERRY)

    expect(summary.method).toBe('extractive')
    expect(summary.sentences.length).toBeGreaterThan(1)
    for (const { text, paragraph, start, end } of summary.sentences)
      expect(FERRY.paragraphs[paragraph]?.slice(start, end)).toBe(text)
    const places = summary.sentences.map(({ paragraph }) => paragraph)
    expect(places).toEqual(places.toSorted((a, b) => a - b))
  })

  test('begins with the lead, without its dateline', () => {
    expect(textOf(summarise(FERRY))).toMatch(/^The ferry Marlow struck the eastern breakwater/)
  })

  test('keeps to its limits of words and sentences', () => {
    const short = summarise(FERRY, { maxSentences: 1 })
    const brief = summarise(FERRY, { maxWords: 30 })

    expect(short.sentences).toHaveLength(1)
    expect(textOf(brief).split(' ').length).toBeLessThanOrEqual(30)
    expect(textOf(summarise(FERRY)).split(' ').length).toBeLessThanOrEqual(60)
  })

  test('never shows half a quotation, nor a pronoun that nothing explains', () => {
    const summary = textOf(summarise(FERRY, { maxSentences: 3, maxWords: 200 }))

    expect(summary).not.toContain('out of nowhere')
    expect(summary).not.toMatch(/(^|\. )(He said|It carries|They were)/)
  })

  test('keeps the sentences of one quotation together', () => {
    const article = {
      ...FERRY,
      paragraphs: [
        'Harbour master Greta Lindqvist said: “The tide was low. The fog was thick. Nobody is to blame.”',
        'The ferry lay across the channel until a tug from Brindle pulled it free at about four in the afternoon.',
        'Two other ships waited outside the breakwater for nine hours, and one of them sailed on to Dunmere.',
        'The port handles about 40 ships a week, most of them carrying timber, fish meal and machine parts.',
      ],
    }

    const summary = summarise(article, { maxWords: 18 })

    expect(textOf(summary)).toBe(article.paragraphs[0])
  })

  test('does not say the same thing twice', () => {
    const summary = textOf(summarise(FERRY, { maxWords: 200 }))

    expect(summary.match(/closed the eastern channel/g)).toHaveLength(1)
  })

  test('does not repeat the headline', () => {
    const headline = 'Ferry service halted after crash at Port Ansel breakwater'
    const paragraphs = [
      'Ferry service halted after a crash at Port Ansel breakwater.',
      ...FERRY.paragraphs,
    ]

    const summary = summarise({ ...FERRY, headline, paragraphs })

    expect(textOf(summary)).not.toContain('service halted')
  })

  test('passes over a sentence of more than 45 words when there is another', () => {
    const long = `The council ${'discussed the matter at length and '.repeat(9)}then adjourned.`

    const summary = summarise(
      { ...FERRY, paragraphs: [long, ...FERRY.paragraphs] },
      { maxWords: 200 },
    )

    expect(textOf(summary)).not.toContain('then adjourned')
  })

  test('is the same every time', () => {
    expect(summarise(FERRY)).toEqual(summarise(FERRY))
  })

  test('of an article in another language is its lead', () => {
    const article = {
      headline: 'Brücke gesperrt',
      standfirst: null,
      language: 'de',
      paragraphs: [
        'Die Hafenbrücke in Nordum bleibt bis mindestens 3. März für alle Autos gesperrt, teilte die Stadt mit.',
        'Ingenieure hatten bei einer Prüfung am Freitag Risse in zwei der acht Träger gefunden.',
        'Die Umleitung über die Schleuse kostet nach Angaben der Polizei rund 20 Minuten.',
        'Über einen Neubau für etwa 14 Mio. Euro entscheidet der Rat im April nach einer Anhörung.',
      ],
    }

    const summary = summarise(article)

    expect(summary.sentences.map(({ paragraph }) => paragraph)).toEqual([0, 1, 2])
  })
})

describe('the words of somebody else', () => {
  const lead = FERRY.paragraphs[0] ?? ''
  const rest = FERRY.paragraphs.slice(4, 7)
  const told = (...paragraphs: string[]) =>
    textOf(
      summarise(
        { ...FERRY, paragraphs: [...paragraphs, ...rest] },
        { maxSentences: 9, maxWords: 400 },
      ),
    )

  test('are not shown from a paragraph that a colon leads to', () => {
    const summary = told(
      `${lead.slice(0, -1)}, as the captain wrote in a letter:`,
      'The harbour board knew of the broken radar on the dredger Tern for months.',
    )

    expect(summary).toContain('closed the eastern channel')
    expect(summary).not.toContain('knew of the broken radar')
  })

  test.each([
    "The captain said: 'The harbour board knew of the teachers' boat. Somebody took money for the broken radar on the dredger. Nobody listened to the crew.'",
    "The captain said: 'The harbour board knew of the boat. Somebody took money for the broken radar on the dredger. Nobody listened to the crew.",
  ])('are not shown without their single quotes: %s', (quotation) => {
    const { sentences } = summarise(
      { ...FERRY, paragraphs: [lead, quotation, ...rest] },
      { maxSentences: 9, maxWords: 400 },
    )

    for (const { text } of sentences) expect(text).not.toMatch(/^(Somebody|Nobody)|crew\.$/)
    expect(sentences.map(({ text }) => text).join(' ')).toContain('closed the eastern channel')
  })

  test.each(['Q', 'A', 'Nora Vance', 'VANCE'])('are not shown from an interview: %s:', (label) => {
    const summary = told(
      lead,
      `${label}: The harbour board knew of the broken radar for months. Divers of the navy found the missing beacon near the wall.`,
    )

    expect(summary).toContain('closed the eastern channel')
    expect(summary).not.toMatch(/broken radar|missing beacon/)
  })

  test('are not what follows a place in capitals at the start', () => {
    const start = 'NEW DELHI: The ferry Marlow struck the eastern breakwater on Saturday morning.'

    expect(told(start)).toContain('struck the eastern breakwater')
  })
})

describe('an article too short to choose from', () => {
  const short = {
    headline: 'Pool shut',
    language: 'en',
    paragraphs: [
      'The pool in Brindle is shut until Monday. A pump failed overnight, the town said.',
    ],
  }

  test('is shown by its standfirst', () => {
    const standfirst = 'A failed pump keeps swimmers out. It may take days.'

    const summary = summarise({ ...short, standfirst })

    expect(summary.method).toBe('standfirst')
    expect(summary.sentences.map(({ paragraph }) => paragraph)).toEqual([-1, -1])
    for (const { text, start, end } of summary.sentences)
      expect(standfirst.slice(start, end)).toBe(text)
  })

  test('is shown by its first sentences where it has no standfirst', () => {
    const summary = summarise({ ...short, standfirst: null })

    expect(summary.method).toBe('extractive')
    expect(textOf(summary)).toBe(short.paragraphs[0])
  })
})
