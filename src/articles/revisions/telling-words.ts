function words(list: string): Set<string> {
  return new Set(list.split(/\s+/).filter((word) => word !== ''))
}

/** One of them more or less turns what is said. */
export const negations = words(`
  not no never none nobody nothing nowhere neither nor without cannot hardly barely denies denied deny
  nicht kein keine keinen keinem keiner keines nie niemals nichts niemand ohne weder nirgends
  ne pas jamais rien aucun aucune sans ni personne
  nunca nada nadie ninguno ninguna ningún sin tampoco
  non mai nessuno nessuna niente nulla senza né
  niet geen nooit niets niemand zonder
  não nenhum nenhuma sem nem ninguém
  inte ingen inget aldrig utan ikke ingen aldri uden uten ej
  nie nic nikt bez żaden не нет ни никто ничего никогда без`)

export function isNegation(key: string): boolean {
  return negations.has(key) || key.endsWith("n't")
}

/** "legal" and "illegal" are as near as a misspelling. */
export const NEGATING = /^(un|in|im|il|ir|dis|non|mis|anti|de|a|an|miss|ent)$/

export const dateWords = words(`
  january february march april may june july august september october november december
  jan feb mar apr jun jul aug sep sept oct nov dec
  monday tuesday wednesday thursday friday saturday sunday
  mon tue tues wed thu thur thurs fri sat
  today tomorrow yesterday tonight
  januar jänner februar märz mai juni juli oktober dezember
  montag dienstag mittwoch donnerstag freitag samstag sonnabend sonntag heute morgen gestern
  janvier février mars avril juin juillet août septembre octobre novembre décembre
  lundi mardi mercredi jeudi vendredi samedi dimanche aujourd'hui demain hier
  enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre
  lunes martes miércoles jueves viernes sábado domingo hoy mañana ayer
  gennaio febbraio aprile maggio giugno luglio settembre ottobre dicembre
  lunedì martedì mercoledì giovedì venerdì sabato domenica oggi domani ieri
  januari februari maart mei augustus maandag dinsdag woensdag donderdag vrijdag zaterdag zondag
  vandaag gisteren`)

export const relativeDays = words('today tomorrow yesterday tonight heute morgen gestern')

/** They come and go with grammar. */
export const articleWords = words(`
  a an the der die das den dem des ein eine einen einem einer eines le la les l' un une des el los las una unos unas
  il lo gli i uno de het een o os as um uma en ett`)

const COUNTED = {
  en: 'zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen twenty',
  de: 'null eins zwei drei vier fünf sechs sieben acht neun zehn elf zwölf',
  fr: 'zéro - deux trois quatre cinq six sept huit neuf dix onze douze',
  es: 'cero - dos tres cuatro cinco seis siete ocho nueve diez once doce',
  it: 'zero - due tre quattro cinque sei sette otto nove dieci undici dodici',
  nl: 'nul - twee drie vier vijf zes zeven acht negen tien elf twaalf',
  pt: 'zero - dois três quatro cinco seis sete oito nove dez onze doze',
}
const TENS = 'thirty forty fifty sixty seventy eighty ninety hundred thousand million billion'
const TEN_VALUES = [30, 40, 50, 60, 70, 80, 90, 100, 1e3, 1e6, 1e9]

/** Spelled out or in figures, a number is the same. "One" is left out where it is an article too. */
export const NUMBER_WORDS: Partial<Record<string, Map<string, string>>> = Object.fromEntries(
  Object.entries(COUNTED).map(([language, list]) => [
    language,
    new Map([
      ...list.split(' ').map((word, value): [string, string] => [word, String(value)]),
      ...(language === 'en'
        ? TENS.split(' ').map((word, index): [string, string] => [word, String(TEN_VALUES[index])])
        : []),
    ]),
  ]),
)
