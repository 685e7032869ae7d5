import { describe, expect, test } from 'vitest'
import { splitSentences } from '#articles/languages/split-sentences.ts'

/** Each text with a bar where a sentence ends. */
const TEXTS: Record<string, string[]> = {
  de: [
    'Die Feier beginnt am 1. Mai um 20.15 Uhr. | Der Eintritt ist frei.',
    'Gewonnen hat Nr. 3 vor Nr. 7. | Die Jury war sich einig.',
    'Das Dekret stammt von Ludwig XIV. von Bourbon. | Es gilt nicht mehr.',
    'Das kostet 14 Mio. Euro. | Im Haushalt fehlen 3 Mio. | Die Stadt prüft das.',
    'Die Brücke gilt z. B. als marode. | Prof. A. Brandt warnte früh.',
    'Solche Fragen dieser Art. | Die Antwort fehlt.',
    '„Geht ihr mit?“ fragte Lund. | „Nein.“ | Er blieb.',
    'Er zögerte … | Dann ging er … Brandt nach. | Sie blieb.',
    'Mehr unter https://nordum.example/suche?B=1 im Netz. | Die Seite ist neu.',
    'Das Haus (Baujahr ca. 1900. Es steht leer.) wird verkauft. | Ein Käufer fehlt.',
  ],
  fr: [
    'M. Dupont et Mme. Leroy sont partis. | Ils reviendront.',
    '« Vraiment ? » a-t-il demandé. | Elle a souri.',
    '« Oui. » | Elle est partie.',
    'Le vote a eu lieu le 12 janv. 2024 à Paris. | Il était serré.',
    'Cf. art. 12 du code. | La loi est claire.',
    'Il vend des pommes, des poires, etc. | La boutique est petite.',
  ],
  es: [
    'El Sr. Ruiz y la Dra. Vega viajaron a EE.UU. en mayo. | La visita fue corta.',
    '¿Vienes? —preguntó Ana. | ¡No! | Se fue.',
    'Dijo que no. | Pedro insistió.',
    'Es el núm. 7 de la lista. | El resto espera.',
  ],
  it: [
    "L'on. Rossi e il sig. Bianchi hanno votato. | La legge è passata.",
    "L'art. 12 non cambia. | Il resto sì.",
    '«Andiamo?» ha chiesto Rossi. | Nessuno ha risposto.',
    'La ditta Verdi S.p.A. ha chiuso. | Gli operai protestano.',
  ],
  nl: [
    'Dhr. de Vries en mevr. Bakker kwamen om 9.30 uur. | Ze bleven kort.',
    'Bijv. Utrecht doet mee. | De rest wacht.',
  ],
  pt: [
    'O Sr. Silva chegou às 10h. | A reunião começou.',
    'Vive na av. Central n. 7. | A casa é velha.',
  ],
  sv: ['Mötet börjar kl. 18 och slutar bl.a. därför sent. | Alla får komma.'],
  da: [
    'Mødet er den 3. maj kl. 18. | Alle kan komme.',
    'Partiet, f.eks. Hansen, stemte nej. | Det faldt.',
  ],
  nb: ['Festen er 17. mai kl. 12. | Alle kan komme.'],
  fi: ['Juhla on 6. joulukuuta klo 18. | Kaikki saavat tulla.'],
  pl: ['Przy ul. Długiej mieszka prof. Nowak. | On milczy.', 'Koszt to 3 mln. | To dużo.'],
  cs: ['Na nám. Míru stojí dům č. 7. | Je starý.', 'Přišel Ing. Novák. | On mlčel.'],
  hu: [
    'Az ünnep 2024. március 15. napján volt. | Az eső esett.',
    'A Kovács Kft. bezárt. | A dolgozók várnak.',
  ],
  ru: [
    'А. С. Пушкин родился в 1799 г. | Он жил в Москве.',
    'Цена — 3 млн руб. | Это много.',
    '«Мы идём?» — спросил он. | Все молчали.',
    'Книги, карты и т. д. | Они старые.',
  ],
  uk: ['Він мешкає на вул. Садовій у м. Києві. | Вона далеко.', 'Ціна — 3 млн. | Це багато.'],
  tr: [
    'Prof. Dr. Ayşe Yılmaz konuştu. | Herkes dinledi.',
    'Toplantı 3. katta yapıldı. | Herkes geldi.',
  ],
  el: ['Τι είπε ο κ. Παππάς; | Δεν ξέρω.', 'Ήρθε π.χ. η Μαρία. | Έφυγε νωρίς.'],
  ar: ['هل أعيد فتح الجسر؟ | نعم، أعيد فتحه. | غادر الوزير المدينة.'],
  fa: ['آیا پل باز است؟ | بله، باز است. | وزیر رفت.'],
  he: ['האם הגשר נפתח? | כן, הוא נפתח. | ראש צה"ל הגיע לטקס.'],
  ur: ['وہ گیا۔ | وہ آیا۔'],
  hi: ['पुल बंद है। | लोग इंतज़ार कर रहे हैं।'],
  ko: ['시장은 다리가 닫혔다고 말했다. | 비가 왔다.'],
}

const UNSPACED: Record<string, string[]> = {
  ja: [
    '橋は閉鎖された。|市が発表した。',
    '「橋は危ない。急いで直す。」と市長は述べた。|雨だった。',
    '「いいえ。」|「はい。」|彼は笑った。',
    '市は（昨年の調査。結果は未公表。）橋を閉じた。|再開は春だ。',
    '本当か？|誰も知らない！|雨だ。',
  ],
  zh: ['大桥关闭了。|市政府宣布了消息。', '“我们会继续。”市长说。|雨停了。', '真的吗？|没人知道！'],
  th: ['ตำรวจปิดสะพานแล้ว |นอกจากนี้ยังพบรอยร้าวสองแห่ง'],
}

const rows = (texts: Record<string, string[]>) =>
  Object.entries(texts).flatMap(([language, marked]) =>
    marked.map((text) => [language, text] as const),
  )

describe('sentences end where the bar stands', () => {
  test.each(rows(TEXTS))('%s: %s', (language, marked) => {
    const sentences = marked.split(' | ')

    const split = splitSentences(sentences.join(' '), language)

    expect(split.map(({ text }) => text)).toEqual(sentences)
  })

  test.each(rows(UNSPACED))('%s: %s', (language, marked) => {
    const text = marked.replaceAll('|', '')

    const split = splitSentences(text, language)

    expect(split.map((sentence) => sentence.text)).toEqual(
      marked.split('|').map((each) => each.trim()),
    )
    for (const { text: own, start, end } of split) expect(text.slice(start, end)).toBe(own)
  })
})

test.each([
  ['ar', 'قال الوزير (صباح الثلاثاء) إن الجسر مغلق. هل يفتح في الربيع؟ لا أحد يعلم!'],
  ['he', 'הגשר (שנבנה ב־1932) נסגר. "לא נפתח אותו", אמר דובר צה"ל. מתי ייפתח?'],
  ['fa', 'وزیر گفت: «پل بسته می‌ماند.» کی باز می‌شود؟ هیچ‌کس نمی‌داند.'],
])('no character of a right-to-left text is lost or moved: %s', (language, text) => {
  const split = splitSentences(text, language)

  expect(split.length).toBeGreaterThan(1)
  expect(split.map((sentence) => sentence.text).join(' ')).toBe(text)
})
