import { asksReader, isFurnitureLine } from './furniture-words.ts'

// What stands on a page and is not its article, in the words that pages use for it.

const AD_LABEL =
  /^(advert(isement)?s?|sponsored( content)?|ad|anzeige|werbung|publicité|publicidad|advertentie)\.?$/i

/** Lines that are no part of an article wherever they stand. */
const CUES: RegExp[] = [
  AD_LABEL,
  /^(image|photo|picture|media|video) ?(copyright|caption|credit|source|playback)/i,
  /^media playback is (un|not )supported/i,
  /^\(?(image|photo|picture|credit|source|pic|photograph|foto|bild|quelle)s?( credits?| by)?\s?[:©]/i,
  /^(©|\(c\)|copyright\b|all rights reserved|alle rechte vorbehalten|tous droits réservés)/i,
  /\bcopyright\b.{0,40}(all rights reserved|\d{4})/i,
  /^this (material|document|story|article) (may not be|is subject to|was originally)/i,
  /^(read more|see more|see also|see related|read also|related( (article|story|stories|content|news|video|link)s?)?|also read|watch|don.?t miss|more|also on .{2,20}|most read|must read|recommended|just in|lesen sie auch|mehr zum thema|lire aussi|lea también)\s?[:|]/i,
  /(sign up|subscribe|signing up).{0,80}(newsletter|email|inbox|alerts|updates)/i,
  /(newsletter|breaking news).{0,60}(inbox|sign up|subscribe|delivered|anmelden|abonnieren)/i,
  /right (to|in|into) your inbox/i,
  /^(click|tap|go) here (to|for)\b/i,
  /\bclick here (to|for) (get|read|the|more|download)/i,
  /^(follow|like|find) .{0,60}(twitter|facebook|instagram)/i,
  /for corrections or revisions/i,
  /^\d+ ?(of|\/) ?\d+/i,
  /^(image|slide|photo) \d+ (of|\/) \d+/i,
  /\b(contributed to this (report|article|story))\b/i,
  /^have a (tip|story)\b/i,
  /^(whatsapp|facebook|twitter|pinterest|linkedin|reddit|e-?mail)(\s+(whatsapp|facebook|twitter|pint\w*|linkedin|reddit|e-?mail|print|share))*$/i,
  /^the (opinions|views) (expressed|reflected)/i,
  /^powered by\b/i,
  /^this slideshow requires/i,
  /^\[?button link=/i,
  /^sign in to comment/i,
  /^(home|news|entertainment|sports?|business|menu|search|world|politics|technology|science|health|lifestyle|opinion|travel|video)$/i,
  /^tell us what you think/i,
  /^(get|download) .{0,50}\b(app|on the go)\b/i,
]

/** Words that also begin sentences of articles, so they count only where there is no sentence. */
const WEAK_CUE =
  /^(read|see|more|watch|also|don.?t miss|related|recommended|trending|you may also|you might|editor.?s? (picks?|note)|continue reading|more (on|from|stories)|story continues|scroll (down|for)|click here|tap here|follow us|follow .{1,30} on (twitter|facebook)|like us|share (this|on|via)|share$|tweet$|print$|email$|comments?$|leave a (comment|reply)|sign ?(in|up)|log ?in|subscribe|join (the|our)|get (the|our|all).{0,60}(newsletter|inbox|app|alerts)|want more|have (a|you) (tip|story)|send (us|tips)|tags?:?$|filed under|topics?:?$|categor(y|ies):|posted (in|by|on)|published( on| by)?:?|updated:?|last (updated|modified)|written by|reporting by|editing by|source:?$|download|skip to|enlarge|view (gallery|comments)|load more|advertise|terms of|privacy policy|cookie|loading)\b.{0,90}$/i

const AGENCY =
  /(getty( images)?|\bAFP\b|\bREUTERS\b|\bEPA\b|shutterstock|\bAP\b( photo)?|alamy|\bPA\b( wire)?|rex features|image:|credit:|photo:|photo by|istock|file photo|via ap)/i

const MONTH =
  '(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|janv|fév|mars|avr|mai|juin|juil|août|okt|dez|ene|abr|ago|set|out|fev)[a-zéû.]*'
const DATE = new RegExp(
  `(\\b${MONTH}\\s+\\d{1,2},?\\s+\\d{4}|\\b\\d{1,2}\\.?\\s+(de )?${MONTH},?\\s+(de )?\\d{4}|\\b\\d{1,2}[./-]\\d{1,2}[./-]\\d{2,4}|\\d{4}-\\d\\d-\\d\\d)`,
  'i',
)

export function isAdLabel(text: string): boolean {
  return AD_LABEL.test(text)
}

export function isChromeCue(text: string): boolean {
  if (CUES.some((cue) => cue.test(text)) || isFurnitureLine(text) || asksReader(text)) return true
  return WEAK_CUE.test(text) && !isFullSentence(text)
}

function isFullSentence(text: string): boolean {
  return /[.!?…][”"’']*$/.test(text) && text.split(' ').length >= 6
}

/** A photo credit, such as "The quay at dawn (J. Doe/Reuters)". */
export function isPhotoCredit(text: string): boolean {
  return (
    AGENCY.test(text) &&
    /(\(|\[|credit|photo|image|©|\/|file)/i.test(text) &&
    (AGENCY.test(text.slice(-45)) || AGENCY.test(text.slice(0, 12))) &&
    !/["”]$/.test(text.replace(/\)$/, ''))
  )
}

export function hasDate(text: string): boolean {
  return DATE.test(text)
}

export function isDateLine(text: string): boolean {
  return (
    DATE.test(text) &&
    /^(by |posted|published|updated|von |stand|\W*(mon|tue|wed|thu|fri|sat|sun)|\p{L}+\.? \d|\d)/iu.test(
      text,
    )
  )
}

export function isByline(text: string): boolean {
  return (
    /^(by|von|por|par|di|af|door|av|autor|מאת|بقلم)\s*:?\s+[\p{Lu}\p{Lo}]/iu.test(text) &&
    !/[.!?]$/.test(text)
  )
}

const AUTHOR_NOTE =
  /^\p{Lu}[\p{L}'’.-]+( \p{Lu}[\p{L}'’.-]+){1,3}( is| covers| reports| writes| joined| has been| may be reached| can be reached| works as|, .{3,40} (reporter|editor))/u
const AUTHOR_WORK =
  /(reporter|writer|editor|journalist|freelance|correspondent|covers|columnist|reached|author|blogger|contributor)/i

/** A closing line on who wrote the article. */
export function isAuthorNote(text: string): boolean {
  return text.length <= 400 && AUTHOR_NOTE.test(text) && AUTHOR_WORK.test(text)
}
