import { withoutInvisible } from '../reading/clean-text.ts'

/**
 * Whether a sentence talks to a machine instead of a reader: orders, roles of a chat, links, code. A list never knows
 * them all; it takes the plain ones out of the material, and what is left still has to pass the gate. A news sentence
 * that is taken for one is only not retold.
 */
export function speaksToModel(text: string): boolean {
  const composed = withoutInvisible(text.normalize('NFKC'))
  if (withoutInvisible(text) !== text.normalize('NFC')) return true
  const plain = composed.normalize('NFD').replace(/\p{M}/gu, '')
  const closed = plain.replace(SPACED_OUT, (letters) => letters.replace(/[\s.\-_*]/g, ''))
  return PATTERNS.some((pattern) => [composed, plain, closed].some((form) => pattern.test(form)))
}

/** "I g n o r e". */
const SPACED_OUT = /(?<!\S)\S(?:[\s.\-_*]\S){3,}(?!\S)/g

const PATTERNS = [
  // Orders to forget orders.
  /\b(?:ignor\w*|disregard\w*|forget|override|bypass|vergiss|vergesst|missachte\w*|oubli\w*|olvid\w*|dimentica\w*|esque[cç]\w*|desconsider\w*|negeer|vergeet|bortse|glem|zignoruj|pomin)\b.{0,60}\b(?:above|previous|prior|earlier|before|all|instruc\w*|rules?|prompt|orders?|obige\w*|vorherig\w*|bisherig\w*|anweisung\w*|regeln|precedent\w*|consigne\w*|regles?|anterior\w*|ordenes|reglas|istruzion\w*|regole|regras|vorige|eerdere|instrukti\w*|tidigare|polecen\w*)/iu,
  /(?:игнорируй|забудь|忽略|无视|無視|تجاهل|התעלם|무시)/iu,
  // The roles and marks of a chat.
  /^\W*(?:system|assistant|user|developer|human|ai|tool)\s*(?:message|prompt|note)?\s*[:>\]]/iu,
  /<\s*\/?\s*[a-z|][^>]{0,80}>|<\||\|>|\[\/?inst\]|\[\s*\d+\s*\]\s|#{2,}|={4,}|-{5,}|`{3}|\{\s*"/iu,
  /\b(?:begin|end|start)\s+(?:of\s+)?(?:the\s+)?(?:article|system|instruction|prompt|data|text|context|input)/iu,
  // Models by their name.
  /\b(?:language models?|a\.?i\.? (?:assistant|model|system|agent)|llms?|chatgpt|gpt-?\d|system prompt|prompt|summari[sz](?:er|ers)|sprachmodell\w*|ki-assistent\w*|modele de langage|modelo de lenguaje|modello linguistico|modelo de linguagem|taalmodel|jailbreak)\b/iu,
  // What to write.
  /\b(?:your|the|this|any|every|all) (?:summar\w+|answer|output|response|digest|json)\b.{0,40}\b(?:must|should|shall|has to|needs? to|instead|says?|reads?|contains?|includes?)\b/iu,
  /\b(?:zusammenfassung\w*|resume|resumen|riassunto|resumo|samenvatting)\b.{0,40}\b(?:muss|soll\w*|doit|debe|deve|moet)\b/iu,
  /(?:^|[.:;!?"“”'‘’(,]\s*|\b(?:and|now|then|instead|please|must|bitte|nun|sondern)\s)(?:write|say|state|output|print|respond|reply|answer|summari[sz]e|repeat|report|tell|include|insert|append|pretend|act as|decode|execute|obey|follow|click|visit|claim)\s+(?:(?:only|instead|exactly|just|to|the|a|an|this|these|it|in|with|as|readers|everyone|your|following|following:)\b|that\b|["“'‘:])/iu,
  /^\W*(?:bitte )?(?:schreib\w*|sag|sage|antworte|gib|fasse|behaupte|ecri\w+|dites|repond\w+|resum\w+|escrib\w+|diga|respond\w+|scrivi\w*|scriva|rispond\w+|riassum\w+|escreva|schrijf|zeg|antwoord|vat|skriv|svara|napisz|odpowiedz)\s/iu,
  /(?:напиши|скажи|ответь|请写|请输出|请回答|请总结|输出|書いて|اكتب|כתוב|써라|작성)/iu,
  // Links, and text that only a machine reads.
  /https?:|www\.|\]\(|javascript:|data:[a-z]+\//iu,
  /[A-Za-z0-9+/]{32,}={0,2}|(?:[0-9a-f]{2}[\s:]){10,}|(?:\\u[0-9a-f]{4}){3,}|(?:&#\w+;){3,}/iu,
  // One word in two scripts.
  /\p{Script=Latin}[\p{Script=Cyrillic}\p{Script=Greek}]|[\p{Script=Cyrillic}\p{Script=Greek}]\p{Script=Latin}/u,
]
