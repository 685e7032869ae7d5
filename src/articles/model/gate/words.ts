/** A word of a text; `key` is the same for its inflected forms. */
export type Word = {
  text: string
  folded: string
  key: string
  start: number
  end: number
  /** Stands where any word would have a capital: at the start of a sentence, a quotation or a list. */
  opens: boolean
}

const WORD =
  /(?:\p{Lu}\.){2,}|[\p{L}\p{N}][\p{L}\p{N}\p{M}]*(?:['’][\p{L}\p{M}]+|[.,](?=\p{N})[\p{N}]+)*/gu

export function wordsOf(text: string): Word[] {
  return [...text.matchAll(WORD)].map(({ 0: word, index }) => {
    const folded = fold(word)
    return {
      text: word,
      folded,
      key: keyOf(folded),
      start: index,
      end: index + word.length,
      opens: /(?:^|[.!?…:;•]["”’»)]?\s+|^["“„«‘'(\s]+|["“„«‘]\s?)$/u.test(text.slice(0, index)),
    }
  })
}

/** Lower case, without accents, possessives and the dots of "U.S.". */
export function fold(word: string): string {
  return word
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/['’]s$|['’]$/, '')
    .replace(/^(?:l|d|j|m|n|s|t|c|qu|dell|nell|all|un)['’](?=\p{L}{3})/u, '')
    .replace(/['’]/g, '')
    .replace(/(?<=\p{L})\./gu, '')
}

/** The first five letters tell words apart well enough in all languages that inflect at the end. */
export function keyOf(folded: string): string {
  const base = IRREGULAR.get(folded) ?? folded
  if (/\d/.test(base)) return base
  if (base.length > 5) return base.slice(0, 5)
  if (base.length > 3 && /[^s]s$/.test(base)) return base.slice(0, -1)
  return base
}

export function isContent(word: Word): boolean {
  return word.folded.length > 1 && !STOP.has(word.folded)
}

const IRREGULAR = new Map(
  [
    'win won wins winning winner winners victory victories victorious',
    'say said says saying tell told tells telling',
    'die died dies dying dead death deaths killed kill kills killing fatal fatally',
    'rise rose risen rises rising',
    'fall fell fallen falls falling',
    'lose lost loses losing loss losses',
    'go went gone goes going',
    'take took taken takes taking',
    'give gave given gives giving',
    'get got gotten gets getting',
    'make made makes making',
    'find found finds finding',
    'leave left leaves leaving',
    'hold held holds holding',
    'meet met meets meeting meetings',
    'buy bought buys buying',
    'sell sold sells selling sale sales',
    'pay paid pays paying',
    'begin began begun begins beginning',
    'grow grew grown grows growth',
    'hit hits hitting',
    'shoot shot shots shooting shootings',
    'fight fought fights fighting',
    'run ran runs running',
    'lead led leads leading',
    'build built builds building',
    'know knew known knows',
    'come came comes coming',
    'see saw seen sees seeing',
    'think thought thinks thinking',
    'bring brought brings bringing',
    'choose chose chosen chooses',
    'speak spoke spoken speaks',
    'write wrote written writes',
    'drive drove driven drives driving',
    'flee fled flees fleeing',
    'strike struck strikes striking',
    'spend spent spends spending',
    'steal stole stolen steals theft',
    'break broke broken breaks',
    'keep kept keeps',
    'send sent sends',
    'feel felt feels',
    'teach taught teaches',
    'catch caught catches',
    'us usa america american americans',
    'uk britain british briton britons',
    'wife wives',
    'man men',
    'woman women',
    'child children',
    'person people',
    'police policeman officer officers cops',
  ].flatMap((line) => {
    const [base = '', ...forms] = line.split(' ')
    return [base, ...forms].map((form): [string, string] => [form, base])
  }),
)

const STOP = new Set(
  `a about above after again against all also am an and any are as at be because been before being below between both but by can could did do does doing down during each few for from further had has have having he her here hers him his how i if in into is it its just me more most my of off on once only or other our out over own she should since so some such than that the their them then there these they this those through to too under until up upon very was we were what when where which while who whom whose why will with would you your within among amid per
der die das den dem des ein eine einen einem einer eines und oder aber in im an am auf aus bei mit nach seit von vom zu zum zur uber unter vor fur gegen durch um ist sind war waren wird werden wurde wurden hat haben hatte hatten sich er sie es ihr ihre sein seine als wie dass auch noch nur so
le la les un une des du de et ou mais dans sur sous avec pour par est sont etait etaient ete a ont avait avaient se sa son ses leur leurs il elle ils elles ce cette ces qui que au aux en plus y
el los las una unos unas del al y o pero con por para es son era eran fue fueron ha han habia se su sus lo que como en mas
il lo gli i uno di da e ma nel nella sul sulla con per sono era stato ha hanno che come si suo sua al alla dei delle
os as um uma do da dos das no na nos nas e mas com por para foi foram tem que se seu sua ao
het een van op te voor met zijn was werd werden heeft hebben hij zij dat deze als bij ook naar aan uit`.split(
    /\s+/,
  ),
)
