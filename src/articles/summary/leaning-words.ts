/** How a sentence of a language shows that it refers to another. */
export type Leaning = {
  /** Its first word points back. */
  starts: RegExp
  /** A word near its start does. */
  soon?: RegExp
  /** A pronoun speaks. */
  says: RegExp
  /** A pronoun anywhere in a short sentence. */
  pronoun?: RegExp
  /** A noun with its article, known from before. */
  noun?: RegExp
  /** A verb alone may be said of somebody. */
  dropsPronouns?: true
}

const OPENING = String.raw`^["“„«‘'¿¡–—]?\s?`
const starts = (words: string) => new RegExp(`${OPENING}(?:${words})(?![\\p{L}\\p{M}\\p{N}])`, 'iu')
// East Asian words stand without a space; Arabic ones with their "and".
const startsJoined = (words: string) => new RegExp(`^["“«「『]?(?:${words})`, 'u')
const within = (words: string) =>
  new RegExp(`(?<![\\p{L}\\p{M}\\p{N}])(?:${words})(?![\\p{L}\\p{M}\\p{N}])`, 'iu')
const soon = (words: string) =>
  new RegExp(`^(?:\\S+ ){0,4}(?:${words})(?![\\p{L}\\p{M}\\p{N}])`, 'iu')
const NEVER = /(?!)/

const ENGLISH: Leaning = {
  starts:
    /^["“„«‘']?(he|she|it|they|this|that|these|those|his|her|hers|its|their|theirs|we|our|i|my|such|both|another|others|each|neither|none|of (that|this|those|these|them)|the (others?|rest|latter|same)|but|and|or|so|yet|then|nor|still|however|meanwhile|moreover|instead|also|additionally|furthermore|otherwise|nevertheless|nonetheless|thus|therefore|indeed|similarly|likewise|asked)\b(?!['’]s? party)/iu,
  soon: /^(?:\S+ ){0,5}(also|such an?|the latter|in turn|as well)\b/i,
  says: /\b(he|she|they|it|we) (also )?(said|says|told|added|adds|wrote|asked|explained|continued|recalled|noted|warned|insisted|argued)\b|\b(said|says|added) (he|she|they)\b/i,
  pronoun: /\b(it|its|they|them|their|he|him|his|she|her)\b/i,
  noun: /^The (\p{Ll}{4,})\b/u,
}

const NORDIC =
  'han|hun|hon|hans|hennes|hendes|deres|deras|denne|denna|dette|detta|disse|dessa|sådan|slik'

const SCANDINAVIAN: Leaning = {
  starts: starts(
    `${NORDIC}|vi|jag|jeg|men|och|og|eller|dog|dock|derfor|därför|desuden|dessuten|dessutom|også|också|samtidig|samtidigt|deretter|derefter`,
  ),
  says: within('(?:säger|sade|sa|siger|sagde|sier|tilføjede|tilføyde|lade) (?:han|hun|hon|de)'),
}

export const LEANING: ReadonlyMap<string, Leaning> = new Map<string, Leaning>([
  ['en', ENGLISH],
  [
    'de',
    {
      starts: starts(
        'er|sie|es|wir|ich|ihn|ihm|ihnen|ihre?[nmrs]?|seine?[nmrs]?|dies|diese[nmrs]?|jene[nmrs]?|das (?:sei|ist|war|hat|hatte|habe|soll|wäre|würde|geht|gilt|bedeutet|liegt|zeigt)|solche?[nrs]?|beide|doch|aber|und|oder|denn|sondern|dabei|dazu|dafür|damit|dagegen|danach|davor|daran|darin|daraus|darauf|darum|darüber|dadurch|daher|deshalb|deswegen|demnach|dort|zudem|außerdem|ebenso|ebenfalls|auch|allerdings|jedoch|trotzdem|dennoch|hingegen|stattdessen|anschließend|daraufhin|gleichzeitig|zugleich|so|dann|letztere[nrs]?|gefragt',
      ),
      soon: soon('auch|ebenfalls|zudem|außerdem|jedoch|allerdings|hingegen|dagegen'),
      says: within(
        '(?:sagte|sagt|so|erklärte|erklärt|betonte|betont|meinte|meint|fügte|ergänzte|warnte|schrieb|teilte|fragte) (?:er|sie|es)',
      ),
      pronoun: within('er|ihn|ihm'),
    },
  ],
  [
    'fr',
    {
      starts: starts(
        "il(?! (?:y a|faut))|elle|ils|elles|ce|c['’]est|c['’]était|cela|ça|ces|cet|cette|celui|celle|ceux|lui|son|sa|ses|leur|leurs|nous|notre|nos|je|mon|on|mais|et|ou|or|donc|car|puis|alors|pourtant|cependant|toutefois|néanmoins|ainsi|aussi|ensuite|enfin|également|en outre|par ailleurs|en revanche|d['’]ailleurs|de plus|au contraire|en effet|de même|selon (?:lui|elle|eux)",
      ),
      soon: soon('également|en revanche|quant à (?:lui|elle|eux|elles)'),
      says: within(
        '(?:a|ont)-t?-?(?:il|elle|ils|elles) \\p{L}{2,}|\\p{L}{2,}(?:-t)?-(?:il|elle|ils|elles|on)',
      ),
      pronoun: within('il(?! (?:y a|faut))|elle|ils|elles|lui'),
    },
  ],
  [
    'es',
    {
      starts: starts(
        'él|ella|ellos|ellas|esto|eso|esta|este|estos|estas|ese|esa|esos|esas|aquel|aquella|su|sus|nosotros|nuestr[oa]s?|yo|mi|lo que|pero|y|e|o|sino|además|también|tampoco|sin embargo|no obstante|por (?:eso|ello|lo tanto|tanto|otro lado|otra parte)|así|asimismo|entonces|luego|mientras tanto|en cambio|dich[oa]s?|ambos|ambas|según (?:él|ella|ellos)',
      ),
      soon: soon('también|asimismo|tampoco|en cambio'),
      says: within('(?:dijo|añadió|explicó|afirmó|señaló|aseguró|agregó) (?:él|ella|ellos|ellas)'),
      dropsPronouns: true,
    },
  ],
  [
    'it',
    {
      starts: starts(
        "lui|lei|loro|egli|ella|esso|essa|essi|questo|questa|questi|queste|quest['’]|quello|quella|quelli|ciò|suo|sua|suoi|sue|(?:il|la|i|le) (?:suo|sua|suoi|sue)|noi|io|nostr[oaie]|ma|e|ed|o|però|inoltre|infatti|quindi|così|allora|poi|tuttavia|invece|anche|dunque|perciò|al contrario|per questo|secondo (?:lui|lei|loro)|entramb[ie]",
      ),
      soon: soon('invece|inoltre|a sua volta'),
      says: within('(?:dice|ha detto|ha aggiunto|ha spiegato) (?:lui|lei)'),
      pronoun: within('lui|lei'),
      dropsPronouns: true,
    },
  ],
  [
    'pt',
    {
      starts: starts(
        'ele|ela|eles|elas|isto|isso|aquilo|este|esta|estes|estas|esse|essa|esses|essas|seu|sua|seus|suas|nós|eu|mas|e|ou|porém|contudo|entretanto|no entanto|além disso|também|por isso|assim|então|ambos|ambas',
      ),
      soon: soon('também|por sua vez'),
      says: within('(?:disse|afirmou|acrescentou|explicou) (?:ele|ela|eles|elas)'),
      dropsPronouns: true,
    },
  ],
  [
    'nl',
    {
      starts: starts(
        'hij|zij|ze|dit|deze|dat|die|het (?:is|was|gaat|werd|wordt|zou)|haar|hun|zijn|wij|we|ik|ons|onze|zo|zulke|maar|en|of|want|dus|toch|echter|daarom|daarna|daarbij|daarnaast|daardoor|daarmee|bovendien|ook|tegelijk|beide',
      ),
      soon: soon('ook|echter|bovendien'),
      says: within('(?:zegt|zei|aldus|vertelt|vertelde) (?:hij|zij|ze)'),
      pronoun: within('hij|hem'),
    },
  ],
  ['sv', SCANDINAVIAN],
  ['da', SCANDINAVIAN],
  ['no', SCANDINAVIAN],
  ['nb', SCANDINAVIAN],
  ['nn', SCANDINAVIAN],
  [
    'pl',
    {
      starts: starts(
        'on|ona|ono|oni|one|to|ten|ta|te|tego|tej|jego|jej|ich|my|ja|ale|lecz|i|a|lub|jednak|jednakże|więc|zatem|dlatego|ponadto|także|też|również|natomiast|potem|oboje',
      ),
      says: NEVER,
      dropsPronouns: true,
    },
  ],
  [
    'cs',
    {
      starts: starts(
        'on|ona|ono|oni|to|ten|ta|tento|tato|toto|jeho|její|jejich|my|já|ale|a|nebo|však|proto|navíc|také|rovněž|přitom|pak',
      ),
      says: NEVER,
      dropsPronouns: true,
    },
  ],
  [
    'ru',
    {
      starts: starts(
        'он|она|оно|они|это|этот|эта|эти|его|её|ее|их|мы|я|но|а|и|или|однако|поэтому|кроме того|также|тоже|при этом|затем|потом|оба|обе',
      ),
      says: within(
        '(?:сказал|сказала|добавил|добавила|отметил|отметила|заявил|заявила) (?:он|она|они)|(?:он|она|они) (?:сказал|добавил|отметил|заявил)\\p{Ll}*',
      ),
    },
  ],
  [
    'uk',
    {
      starts: starts(
        'він|вона|воно|вони|це|цей|ця|ці|його|її|їх|їхн\\p{Ll}+|ми|я|але|а|і|й|та|або|однак|проте|тому|крім того|також|при цьому|потім|обидва',
      ),
      says: within(
        '(?:сказав|сказала|додав|додала|зазначив|зазначила|заявив|заявила) (?:він|вона|вони)|(?:він|вона|вони) (?:сказа|дода|зазначи|заяви)\\p{Ll}+',
      ),
    },
  ],
  [
    'ar',
    {
      starts: starts(
        'و?(?:أضاف|أضافت|تابع|تابعت|أردف|أردفت|لكن|لكنه|لكنها|هو|هي|هم|هذا|هذه|ذلك|تلك|كذلك|لذلك|هكذا|كلاهما)|إلا أن|غير أن|بل|ثم|كما|أيضا',
      ),
      says: within('(?:قال|قالت|أضاف|أضافت) (?:إنه|إنها|إنهم)'),
    },
  ],
  [
    'fa',
    {
      starts: starts('او|وی|آنها|آن|این|ما|من|اما|ولی|و|همچنین|بنابراین|سپس|همین'),
      says: within('(?:او|وی) (?:گفت|افزود|اضافه)'),
    },
  ],
  [
    'he',
    {
      starts: starts(
        'הוא|היא|הם|הן|זה|זו|זאת|אלה|אנחנו|אני|אבל|אך|אולם|לכן|גם|כמו כן|בנוסף|עם זאת|לדבריו|לדבריה|לדבריהם',
      ),
      says: within('(?:אמר|אמרה|הוסיף|הוסיפה) (?:הוא|היא)|(?:הוא|היא) (?:אמר|הוסיף)\\p{L}?'),
    },
  ],
  [
    'ja',
    {
      starts: startsJoined(
        'しかし|だが|でも|また|そして|それ|これ|その|この|そこ|ここ|彼|さらに|一方|同(?:社|市|省|氏|日|県|署|大)|このため|そのため|なお|ただ|したがって|つまり|例えば|たとえば|私',
      ),
      says: NEVER,
    },
  ],
  [
    'zh',
    {
      starts: startsJoined(
        '但|然而|不过|不過|他|她|它|这|這|该|該|此|因此|所以|而且|同时|同時|另外|并且|並且|其|我们|我們|我|随后|隨後|对此|對此|与此同时|與此同時',
      ),
      says: NEVER,
    },
  ],
  [
    'ko',
    {
      starts: starts(
        '그러나|하지만|그는|그가|그녀\\p{L}?|이는|이에|이와|또|또한|그리고|따라서|한편|그들은|우리는|이어|그래서',
      ),
      says: NEVER,
    },
  ],
])
