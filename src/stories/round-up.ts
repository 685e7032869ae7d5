const words = (list: string) =>
  new RegExp(`(?<![\\p{L}\\p{N}])(?:${list})(?![\\p{L}\\p{M}\\p{N}])`, 'iu')

/** How newsrooms head what tells many stories at once, and what comes every day alike. */
const HEADS = words(
  [
    '^(?:the|this) week (?:in|at|on)|(?:morning|evening|daily|midday|weekend|news) (?:briefing|brief|digest|round-?up|headlines)|briefing',
    '(?:week|day|month|year) in (?:review|pictures|photos)|(?:news|sports?|week(?:ly)?) round-?up|round-?up|news in brief|in brief|at a glance|today in history|things to know|what to know (?:today|this week)',
    'markets? (?:close|report|wrap)|(?:stocks|shares) (?:close|end|finish|open)|wall street (?:closes|ends|opens)|weather forecast|tv (?:listings|guide)|lottery (?:results|numbers)|fixtures and results',
    '^(?:die|unsere) woche|wochenschau|wochenr(?:ü|ue)ckblick|tagesr(?:ü|ue)ckblick|jahresr(?:ü|ue)ckblick|nachrichten(?:ü|ue)berblick|(?:nachrichten|themen) im (?:ü|ue)berblick|kurz notiert|kurzmeldungen|meldungen vom|presseschau|b(?:ö|oe)rsenbericht|wetterbericht|lottozahlen',
    "^(?:la|cette) semaine|revue de presse|la semaine en|l[’']essentiel|en bref|l[’']actu(?:alité)? (?:du jour|de la semaine)|bourse de paris|météo du|résumé de la semaine",
    'revista de prensa|la semana en|en breve|resumen (?:de la semana|del día)|cierre de (?:la bolsa|mercados)|rassegna stampa|in breve|la settimana in|nieuwsoverzicht|weekoverzicht|in het kort|przegląd prasy|w skrócie',
  ].join('|'),
)

export function isRoundUp(headline: string): boolean {
  return HEADS.test(headline)
}
