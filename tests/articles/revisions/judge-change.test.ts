import { describe, expect, test } from 'vitest'
import { judgeChange } from '#articles/revisions/judge-change.ts'

const article = {
  headline: 'Ferry strikes dredger in fog off Port Ansel',
  standfirst: 'Divers look at the channel.',
  paragraphs: [
    'The ferry Marlow struck a dredger in fog on Saturday morning, and 12 of its 212 passengers were hurt, the harbour office said.',
    '"We will not close the port," said Anna Berg, who runs the office. "The channel is safe."',
    'The eastern channel may open again at 6 p.m. on 14 November, when the divers are done with their work, officials said.',
    'Two other ferries took the passengers of the evening to Gull Island.',
  ],
  corrections: null as string | null,
  language: 'en',
}

function judge(from: string, to: string, before = article) {
  const change = (text: string) => {
    if (!text.includes(from)) return text
    return text.replace(from, to)
  }
  const after = {
    ...before,
    headline: change(before.headline),
    standfirst: change(before.standfirst),
    paragraphs: before.paragraphs.map(change),
  }
  expect(after).not.toEqual(before)
  return judgeChange(before, after)
}

describe('substantial', () => {
  test.each<[string, string[]]>([
    ['a number', ['12 of its', '21 of its', 'A number changed: 12 became 21']],
    ['a number in words', ['Two other', 'Three other', 'A number changed: Two became Three']],
    [
      'a number that is gone',
      [
        '12 of its 212 passengers',
        'its passengers',
        'A number was removed: 12. A number was removed: 212',
      ],
    ],
    ['a name', ['Anna Berg', 'Anna Borg', 'A name changed: Berg became Borg']],
    ['a place', ['Gull Island', 'Tern Island', 'A name changed: Gull became Tern']],
    ['a weekday', ['on Saturday', 'on Sunday', 'A date changed: Saturday became Sunday']],
    ['a month', ['14 November', '14 December', 'A date changed: November became December']],
    ['the time of day', ['6 p.m.', '6 a.m.', 'A date changed: p.m. became a.m.']],
    [
      'a negation that goes',
      [
        'We will not close',
        'We will close',
        'A negation was removed. The words of a quotation changed',
      ],
    ],
    ['a negation that comes', ['may open', 'may not open', 'A negation was added']],
    [
      'a negation inside a word',
      [
        'is safe',
        'is unsafe',
        'A word was turned: safe became unsafe. The words of a quotation changed',
      ],
    ],
    [
      'words of a quotation',
      ['close the port', 'leave the port', 'The words of a quotation changed'],
    ],
    [
      'the sense of the headline',
      ['strikes', 'sinks', 'The headline changed: “strikes” became “sinks”'],
    ],
    [
      'a number in the headline',
      ['Ferry strikes dredger', 'Ferry strikes 2 dredgers', 'A number was added: 2'],
    ],
    ['how sure it is', ['may open', 'will open', 'Words changed: “may” became “will”']],
    [
      'what is said to have happened',
      ['struck', 'rammed', 'Words changed: “struck” became “rammed”'],
    ],
    ['whether it is over', ['are done', 'were done', 'Words changed: “are” became “were”']],
  ])('%s', (_, [from = '', to = '', note]) => {
    expect(judge(from, to)).toEqual({ change: 'substantial', note })
  })

  test('paragraphs that are added, and counted', () => {
    const more = [
      'The company that owns the ferry has named a captain to look into what happened in the fog that morning.',
      'It will be some weeks before the report is there, the company told reporters at the quay.',
    ]
    const after = { ...article, paragraphs: [...article.paragraphs, ...more] }

    expect(judgeChange(article, after)).toEqual({
      change: 'substantial',
      note: 'Two paragraphs were added',
    })
    expect(judgeChange(after, article).note).toBe('Two paragraphs were removed')
  })

  test('a note of corrections, before anything else', () => {
    const corrections = 'An earlier version gave the wrong number of people hurt.'
    const after = {
      ...article,
      corrections,
      paragraphs: article.paragraphs.map((text) => text.replace('12 of', '21 of')),
    }

    expect(judgeChange(article, after).note).toBe(
      'The publisher added a corrections note. A number changed: 12 became 21',
    )
  })

  test('marks of quotation around words that had none', () => {
    expect(judge('look at the channel', '"look" at the channel')).toEqual({
      change: 'substantial',
      note: 'Quotation marks came or went',
    })
  })
})

describe('a typo', () => {
  test.each([
    ['a letter', 'dredger in fog on', 'dreger in fog on'],
    ['two letters that changed places', 'harbour', 'harbuor'],
    ['a doubled letter', 'passengers were', 'passsengers were'],
    ['a word that stands twice', 'the harbour office', 'the the harbour office'],
    ['a comma', 'morning, and', 'morning and'],
    ['a full stop', 'Gull Island.', 'Gull Island'],
    [
      'the shape of quotes and dashes',
      '"We will not close the port,"',
      '“We will not close the port,”',
    ],
    ['single quotes by the house style', '"The channel is safe."', '‘The channel is safe.’'],
    ['a capital letter', 'harbour office', 'Harbour Office'],
    ['a hyphen', 'eastern channel', 'eastern-channel'],
    ['two words that are one', 'may open', 'mayopen'],
    ['a number spelled out', '12 of its', 'twelve of its'],
    ['an article', 'a dredger', 'the dredger'],
  ])('%s', (_, from, to) => {
    expect(judge(from, to).change).toBe('typo')
    expect(judge(to, from, flipped(from, to)).change).toBe('typo')
  })

  test('a paragraph that is cut in two, or two that are joined', () => {
    const [first = '', second = '', ...rest] = article.paragraphs
    const joined = { ...article, paragraphs: [`${first} ${second}`, ...rest] }

    expect(judgeChange(article, joined)).toEqual({
      change: 'typo',
      note: 'Punctuation and typography only',
    })
    expect(judgeChange(joined, article).change).toBe('typo')
  })

  test('thousands are written with or without their mark', () => {
    const before = { ...article, paragraphs: ['The bridge cost 1200 crowns, the office said.'] }

    expect(judge('1200', '1,200', before).change).toBe('typo')
    expect(judge('1200', '1.200', before).change).toBe('substantial')
    expect(judge('1200', '1.200', { ...before, language: 'de' }).change).toBe('typo')
  })

  test('a German noun that was misspelled is no name', () => {
    const before = {
      ...article,
      language: 'de',
      paragraphs: ['Die Polizei sperrte am Abend die Brüke, sagte Anna Maier im Rathaus.'],
    }

    expect(judge('Brüke', 'Brücke', before).change).toBe('typo')
    expect(judge('Maier', 'Meier', before).note).toBe('A name changed: Maier became Meier')
  })
})

function flipped(from: string, to: string): typeof article {
  const change = (text: string) => text.replace(from, to)
  return {
    ...article,
    headline: change(article.headline),
    standfirst: change(article.standfirst),
    paragraphs: article.paragraphs.map(change),
  }
}
