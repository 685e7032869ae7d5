import { expect, test } from 'vitest'
import { detectLanguage } from '#articles/languages/detect.ts'
import { languageOf } from '#articles/reading/language.ts'

const TEXTS: Record<string, string> = {
  en: 'The town said on Tuesday that the bridge over the harbour would stay closed until spring, because engineers had found cracks in two of its eight pillars. A ferry will carry people across from Monday, every twenty minutes, and the fare is the same as for the bus.',
  de: 'Die Stadt teilte am Dienstag mit, dass die Brücke über den Hafen bis zum Frühjahr gesperrt bleibt, weil Ingenieure Risse in zwei der acht Pfeiler gefunden haben. Ab Montag fährt alle zwanzig Minuten eine Fähre für Fußgänger hinüber, die so viel kostet wie der Bus in der Stadt.',
  fr: 'La ville a annoncé mardi que le pont du port restera fermé jusqu’au printemps, car des ingénieurs ont trouvé des fissures dans deux des huit piliers. Un bac transportera les piétons à partir de lundi, toutes les vingt minutes, au prix du bus de la ville.',
  es: 'El ayuntamiento anunció el martes que el puente del puerto seguirá cerrado hasta la primavera porque los ingenieros hallaron grietas en dos de los ocho pilares. Un transbordador llevará a los peatones desde el lunes, cada veinte minutos, al precio del autobús.',
  it: 'Il Comune ha annunciato martedì che il ponte del porto resterà chiuso fino alla primavera perché gli ingegneri hanno trovato crepe in due degli otto piloni. Un traghetto porterà i pedoni da lunedì, ogni venti minuti, al prezzo del biglietto del bus cittadino.',
  nl: 'De gemeente meldde dinsdag dat de brug over de haven tot het voorjaar gesloten blijft, omdat ingenieurs scheuren in twee van de acht pijlers hebben gevonden.',
  pl: 'Miasto poinformowało we wtorek, że most w porcie pozostanie zamknięty do wiosny, ponieważ inżynierowie znaleźli pęknięcia w dwóch filarach.',
  ru: 'Власти города сообщили во вторник, что мост через гавань останется закрытым до весны: инженеры нашли трещины в двух опорах.',
  uk: 'Влада міста повідомила у вівторок, що міст через гавань залишиться закритим до весни: інженери виявили тріщини у двох опорах.',
  ar: 'أعلنت سلطات المدينة يوم الثلاثاء أن الجسر سيبقى مغلقا حتى الربيع بعد أن عثر المهندسون على شقوق في دعامتين.',
  fa: 'مقامات شهر روز سه‌شنبه اعلام کردند که پل تا بهار بسته خواهد ماند زیرا مهندسان در دو پایه آن ترک پیدا کرده‌اند.',
  he: 'רשויות העיר הודיעו ביום שלישי כי הגשר יישאר סגור עד האביב לאחר שמהנדסים מצאו סדקים בשניים מעמודיו.',
  ja: '市は火曜日、港の橋を春まで閉鎖すると発表した。技術者が二本の橋脚にひびを見つけたためである。',
  zh: '市政府星期二宣布，由于工程师在两根桥墩上发现裂缝，港口大桥将关闭到春天。',
  ko: '시 당국은 화요일 기술자들이 두 교각에서 균열을 발견해 항구 다리를 봄까지 폐쇄한다고 밝혔다.',
  tr: 'Belediye salı günü mühendislerin iki ayakta çatlak bulması üzerine liman köprüsünün bahara kadar kapalı kalacağını bildirdi.',
}
const NORWEGIAN =
  'Kommunen opplyste tirsdag at broen over havnen forblir stengt til våren fordi ingeniører har funnet sprekker i to av de åtte pilarene. En ferge tar folk over fra mandag, hvert tjuende minutt, og prisen er den samme som for bussen i byen, ifølge kommunen.'
const text = (language: string) => TEXTS[language] ?? ''

test.each(Object.entries(TEXTS))('news in %s is known by its words', (language, body) => {
  expect(detectLanguage(body)?.language).toBe(language)
})

test('a text of numbers is in no language', () => {
  expect(detectLanguage('2:1, 14, 3.5')).toBeNull()
})

test('an article in two languages is surely in neither', () => {
  expect(detectLanguage(`${text('en')}\n${text('de')}`)?.sure).toBe(false)
  expect(detectLanguage(`${text('de')}\n${text('de')}`)).toEqual({ language: 'de', sure: true })
})

test.each([
  [
    'what the page says, where its text agrees',
    { declared: 'de_AT', body: text('de'), expected: 'de-AT' },
  ],
  [
    'the language of the text, where a template says another',
    { declared: 'en-US', body: text('de'), expected: 'de' },
  ],
  [
    'the language of the text, where the page says none',
    { declared: null, body: text('fr'), expected: 'fr' },
  ],
  [
    'the language of the text, where the page names no language',
    { declared: 'deutsch?', body: text('de'), expected: 'de' },
  ],
  [
    'what the page says, where the text is too short to tell',
    { declared: 'en', body: 'Die Brücke ist gesperrt.', expected: 'en' },
  ],
  [
    'what the page says, where the text is in two languages',
    { declared: 'en', body: text('en') + text('de'), expected: 'en' },
  ],
  ['a Norwegian tag on Norwegian', { declared: 'nb', body: NORWEGIAN, expected: 'nb' }],
  [
    'a language that is taken for its neighbour',
    { declared: 'gl', body: text('es'), expected: 'gl' },
  ],
  ['English, where nothing tells', { declared: null, body: '14, 3.5', expected: 'en' }],
])('an article has %s', (_, { declared, body, expected }) => {
  expect(languageOf(declared, [body])).toBe(expected)
})
