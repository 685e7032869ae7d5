const cues = (words: string) =>
  new RegExp(`(?<![\\p{L}\\p{N}])(?:${words})(?![\\p{L}\\p{M}\\p{N}])|[%٪]`, 'giu')

/** Words by which an article says what follows from its news, what was before, and whom it touches, by language. */
const CUES: ReadonlyMap<string, RegExp> = new Map([
  [
    'en',
    cues(
      'because|means?|after|since|first time|expected|plans?|will|would|could|affect(?:s|ed)?|impact|cost|costs|risk|warn(?:s|ed)?|more than|percent|per cent|million|billion|thousands?|hundreds?|earlier|last (?:week|month|year)|previous(?:ly)?|background|the (?:law|plan|decision|move|ruling|deal)',
    ),
  ],
  [
    'de',
    cues(
      'weil|bedeutet|bedeuten|nachdem|seit|erstmals|erwartet|geplant|sollen?|wird|werden|könnten?|betrifft|betroffen|Folgen?|Auswirkungen|kostet|kosten|Risiko|warnt|warnen|mehr als|Prozent|Millionen?|Milliarden?|Mio\\.|Mrd\\.|Tausende|Hunderte|zuvor|bereits|bisher|Hintergrund|(?:das Gesetz|der Plan|die Entscheidung|das Urteil)|vergangene[nrs]? (?:Woche|Monat|Jahr)',
    ),
  ],
  [
    'fr',
    cues(
      "car|parce qu['’]?e?|signifie|depuis|première fois|prévue?s?|devra(?:it|ient)?|pourra(?:it|ient)|sera|seront|touche|touchés?|conséquences?|coûte|coûtera|coût|risque|plus de|pour cent|millions?|milliards?|milliers|centaines|auparavant|déjà|jusqu['’]ici|contexte|(?:la loi|le projet|la décision|le jugement)|(?:la semaine dernière|le mois dernier|l['’]an dernier)",
    ),
  ],
  [
    'es',
    cues(
      'porque|significa|desde|primera vez|previst[oa]s?|deberá|podrían?|será|serán|afecta|afectad[oa]s|consecuencias?|cuesta|costará|coste|costo|riesgo|más de|por ciento|millones|miles|cientos|antes|hasta ahora|contexto|(?:la ley|el plan|la decisión|el fallo)|(?:la semana pasada|el mes pasado|el año pasado)',
    ),
  ],
  [
    'it',
    cues(
      "perché|significa|dopo|prima volta|previst[oaie]|dovrà|potrebbe(?:ro)?|sarà|saranno|colpisce|colpit[ie]|conseguenze|costa|costerà|costo|rischio|più di|per cento|milioni|miliardi|migliaia|centinaia|in precedenza|già|finora|(?:la legge|il piano|la decisione|la sentenza)|(?:la settimana scorsa|il mese scorso|l['’]anno scorso)",
    ),
  ],
  [
    'nl',
    cues(
      'omdat|betekent|nadat|sinds|eerste keer|verwacht|gepland|zal|zullen|zou|zouden|raakt|getroffen|gevolgen?|kost|kosten|risico|waarschuwt|meer dan|procent|miljoen|miljard|duizenden|honderden|eerder|tot nu toe|achtergrond|(?:de wet|het plan|het besluit|de uitspraak)|(?:vorige week|vorige maand|vorig jaar)',
    ),
  ],
  [
    'pt',
    cues(
      'porque|significa|desde|primeira vez|previst[oa]s?|deverá|poderá|poderia|será|serão|afeta|afetad[oa]s|consequências?|custa|custará|custo|risco|mais de|por cento|milhões|bilhões|milhares|centenas|antes|até agora|contexto|(?:a lei|o plano|a decisão)|(?:na semana passada|no mês passado|no ano passado)',
    ),
  ],
])

/** From 0 to 1: how much a sentence says of why the news matters; 0 for languages that are not known. */
export function mattersIn(text: string, language: string): number {
  const [base = ''] = language.toLowerCase().split('-')
  const known = CUES.get(base)
  return known === undefined ? 0 : Math.min(1, (text.match(known)?.length ?? 0) / 3)
}
