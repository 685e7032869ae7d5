import { describe, expect, test } from 'vitest'
import type { ArticleText, Summary } from '#articles/article.ts'
import { countWords } from '#articles/languages/words.ts'
import { summarise } from '#articles/summarise.ts'

type Case = {
  article: Pick<ArticleText, 'headline' | 'standfirst' | 'paragraphs' | 'language'>
  begins: string
  pointsBack: RegExp
  never: RegExp
}

/** By language: an article whose lead has a dateline, whose best-placed sentences lean, and that quotes somebody. */
const CASES: Record<string, Case> = {
  de: {
    article: {
      headline: 'Brücke gesperrt',
      standfirst: null,
      language: 'de-AT',
      paragraphs: [
        'NORDUM (dpa) - Die Hafenbrücke in Nordum bleibt bis mindestens 3. März für alle Autos gesperrt, teilte die Stadt mit.',
        'Aber das ist nicht alles, was die Anwohner am Hafen in diesem Winter zu tragen haben werden.',
        '„Wir gehen kein Risiko ein. Die Träger sind müde“, sagte er. Ingenieure hatten bei einer Prüfung am Freitag Risse in zwei der acht Träger gefunden.',
        '„Die Sperrung trifft uns hart“, sagte Wirtin Greta Lindquist am Hafen. „Niemand hat uns gewarnt.',
        'Die Umleitung über die Schleuse kostet nach Angaben der Polizei rund 20 Minuten.',
        'Über einen Neubau für etwa 14 Mio. Euro entscheidet der Rat im April nach einer Anhörung.',
      ],
    },
    begins: 'Die Hafenbrücke in Nordum',
    pointsBack: /^Aber/,
    never: /dpa|sagte er|Niemand hat/,
  },
  fr: {
    article: {
      headline: 'Pont fermé',
      standfirst: null,
      language: 'fr',
      paragraphs: [
        'PORT-ANSEL (AFP) – Le pont du port de Port-Ansel restera fermé aux voitures jusqu’au 3 mars au moins, a annoncé la ville.',
        'Mais ce n’est pas tout ce que les riverains du port devront supporter cet hiver.',
        '« Nous ne prenons aucun risque », a-t-il dit. Des ingénieurs avaient trouvé vendredi des fissures dans deux des huit poutres.',
        '« Cette fermeture nous frappe durement », a déclaré la restauratrice Nora Vance sur le quai.',
        'Le détour par l’écluse prend une vingtaine de minutes, selon la police de la ville.',
        'Le conseil se prononcera en avril sur un nouveau pont, dont le coût est estimé à 14 millions d’euros.',
      ],
    },
    begins: 'Le pont du port',
    pointsBack: /^Mais/,
    never: /AFP|a-t-il dit/,
  },
  es: {
    article: {
      headline: 'Puente cerrado',
      standfirst: null,
      language: 'es-MX',
      paragraphs: [
        'PUERTO ANSEL, 3 mar (EFE).- El puente del puerto seguirá cerrado a los coches al menos hasta el 3 de abril, anunció el ayuntamiento.',
        'Pero eso no es todo lo que tendrán que soportar este invierno los vecinos del muelle.',
        '«No vamos a correr ningún riesgo», añadió ayer. Los ingenieros hallaron el viernes grietas en dos de las ocho vigas.',
        '«El cierre nos golpea con dureza», dijo la cocinera Nora Vance en el muelle.',
        'El desvío por la esclusa cuesta unos veinte minutos, según la policía de la ciudad.',
        'El pleno decidirá en abril sobre un puente nuevo, que costará unos 14 millones de euros.',
      ],
    },
    begins: 'El puente del puerto',
    pointsBack: /^Pero/,
    never: /EFE|añadió/,
  },
  it: {
    article: {
      headline: 'Ponte chiuso',
      standfirst: null,
      language: 'it',
      paragraphs: [
        '(ANSA) - PORTO ANSEL, 3 MAR - Il ponte del porto resterà chiuso alle auto almeno fino al 3 aprile, ha annunciato il Comune.',
        'Ma non è tutto quello che gli abitanti del porto dovranno sopportare questo inverno.',
        '«Non corriamo nessun rischio», ha aggiunto. Gli ingegneri avevano trovato venerdì delle crepe in due delle otto travi.',
        '«La chiusura ci colpisce duramente», ha detto la cuoca Nora Vance sul molo.',
        'La deviazione per la chiusa costa una ventina di minuti, secondo la polizia della città.',
        'Il consiglio deciderà ad aprile su un ponte nuovo, che costerà circa 14 milioni di euro.',
      ],
    },
    begins: 'Il ponte del porto',
    pointsBack: /^Ma /,
    never: /ANSA|ha aggiunto/,
  },
  ar: {
    article: {
      headline: 'إغلاق الجسر',
      standfirst: null,
      language: 'ar',
      paragraphs: [
        'أعلنت بلدية المدينة أن جسر الميناء سيبقى مغلقا أمام جميع السيارات حتى الثالث من مارس على الأقل.',
        'لكن هذا ليس كل ما سيتحمله سكان الميناء هذا الشتاء.',
        'وأضاف أن المدينة لن تخاطر بحياة أحد. عثر مهندسون يوم الجمعة على شقوق في اثنتين من دعامات الجسر الثماني.',
        '«الإغلاق يضر بنا كثيرا» تقول الطاهية نورا فانس من مطعمها على الرصيف القديم.',
        'يستغرق الطريق البديل عبر الهويس نحو عشرين دقيقة بحسب شرطة المدينة.',
        'متى يفتح الجسر الجديد؟ سيقرر المجلس في أبريل بناء جسر جديد بتكلفة أربعة عشر مليونا.',
      ],
    },
    begins: 'أعلنت بلدية المدينة',
    pointsBack: /^لكن/,
    never: /وأضاف|؟/,
  },
  ja: {
    article: {
      headline: '橋を閉鎖',
      standfirst: null,
      language: 'ja',
      paragraphs: [
        '【東京時事】市は火曜日、港の橋を少なくとも三月三日まで全ての車に対して閉鎖すると発表した。',
        'しかし、港の住民がこの冬に耐えなければならないことはそれだけではない。',
        '「危険は冒さない。橋脚は弱っている。」と市長の田中氏は述べた。技術者は金曜日の検査で八本のうち二本の橋脚にひびを見つけた。',
        '水門を通る迂回路は警察によると約二十分余計にかかる。',
        '市議会は公聴会の後、四月に約十四億円の新しい橋の建設について決定する。',
      ],
    },
    begins: '市は火曜日',
    pointsBack: /^しかし/,
    never: /時事/,
  },
}

const textOf = ({ sentences }: Summary, between = ' ') =>
  sentences.map(({ text }) => text).join(between)

describe.each(Object.entries(CASES))(
  'a summary in %s',
  (_, { article, begins, pointsBack, never }) => {
    const summary = summarise(article, { maxSentences: 4, maxWords: 90 })

    test('begins with the news, after the place and the agency', () => {
      expect(textOf(summarise(article))).toMatch(new RegExp(`^${begins}`, 'u'))
    })

    test('is made of exact pieces of the article', () => {
      expect(summary.sentences.length).toBeGreaterThan(2)
      for (const { text, paragraph, start, end } of [
        ...summary.sentences,
        ...(summary.longer ?? []),
      ])
        expect(article.paragraphs[paragraph]?.slice(start, end)).toBe(text)
    })

    test('shows what points back only after what it points to, and no quotation of nobody', () => {
      for (const sentences of [summary.sentences, summary.longer ?? []]) {
        const after = sentences
          .filter(({ text }) => pointsBack.test(text))
          .map(({ paragraph }) => paragraph)

        expect(after.every((paragraph) => paragraph === 1)).toBe(true)
        expect(textOf({ ...summary, sentences })).not.toMatch(never)
      }
    })

    test('never begins with what points back', () => {
      const headless = { ...article, paragraphs: article.paragraphs.slice(1) }

      expect(textOf(summarise(headless))).not.toMatch(pointsBack)
    })

    test('keeps to its words', () => {
      const few = summarise(article, { maxSentences: 4, maxWords: 45 })

      expect(
        few.sentences.reduce((sum, { text }) => sum + countWords(text), 0),
      ).toBeLessThanOrEqual(45)
    })
  },
)

test('the words of a script without spaces are counted', () => {
  expect(countWords('市は火曜日、港の橋を閉鎖すると発表した。')).toBeGreaterThan(8)
  expect(countWords('大桥将关闭到春天。')).toBeGreaterThan(3)
  expect(countWords('ตำรวจปิดสะพานแล้วเมื่อวันจันทร์')).toBeGreaterThan(3)
  expect(countWords('The bridge is closed.')).toBe(4)
})

test('what an article is about is chosen by the stop words of its language', () => {
  const paragraphs = [
    'Der Hafen in Nordum hat seit Dienstag wieder die Brücke.',
    'Vor dem Hafen war die Brücke bei Nordum lange gesperrt.',
    'Für Nordum und den Hafen ist die Brücke teuer gewesen.',
    'Mit der Brücke kommen in den Hafen von Nordum Lastwagen.',
    'Um die Brücke hat Nordum mit dem Hafen gestritten.',
    'Musik und Suppe und Kuchen und Fahnen gab es für die Kinder auf dem Platz.',
    'Zur Brücke kann man von Nordum aus den Hafen umfahren.',
  ]
  const picked = (language: string) =>
    summarise(
      { headline: 'Eröffnet', standfirst: null, paragraphs, language },
      { maxSentences: 6, maxWords: 200 },
    ).sentences.map(({ paragraph }) => paragraph)

  expect(picked('de')).toEqual([0, 1, 2, 3, 4, 6])
  expect(picked('xx')).toEqual([0, 1, 2, 3, 4, 5])
})

test('a standfirst is never cut within a quotation', () => {
  const standfirst =
    'Die Stadt warnt: „Die Brücke ist müde. Niemand darf sie befahren.“ Der Rat tagt.'
  const article = { headline: 'Brücke', standfirst, paragraphs: ['Kurz.'], language: 'de' }

  const { sentences } = summarise(article, { maxSentences: 1 })

  expect(sentences.map(({ text }) => text)).toEqual([
    'Die Stadt warnt: „Die Brücke ist müde. Niemand darf sie befahren.“',
  ])
})

test.each([
  ['of one word', ['Feuer']],
  ['of nothing', []],
  ['of one letter', ['x']],
  ['of marks', ['«', '»', '„', '…', '「']],
  [
    'in two languages',
    [
      'The bridge is closed until spring, the city said. Die Brücke ist gesperrt.',
      'Le pont est fermé jusqu’au printemps. 橋は閉鎖された。الجسر مغلق.',
    ],
  ],
  [
    'with direction controls',
    ['\u202Eהגשר\u202C נסגר \u2066(1932)\u2069. \u200Fכן!', '\u200F\u200E\u061C'],
  ],
])('an article %s has a summary of its own pieces, or none', (_, paragraphs) => {
  for (const language of ['en', 'de', 'ar', 'he', 'ja', 'th', 'xx', 'zh-Hant-TW']) {
    const { sentences } = summarise({ headline: '', standfirst: null, paragraphs, language })

    for (const { text, paragraph, start, end } of sentences)
      expect(paragraphs[paragraph]?.slice(start, end)).toBe(text)
  }
})

test('a short article begins with its first sentence that points back to nothing', () => {
  const paragraphs = [
    'Sie kam am Abend in die Stadt am Hafen. Die Brücke von Nordum ist seit Montag gesperrt.',
  ]

  const { sentences } = summarise({ headline: '', standfirst: null, paragraphs, language: 'de' })

  expect(sentences.map(({ text }) => text)).toEqual([
    'Die Brücke von Nordum ist seit Montag gesperrt.',
  ])
})
