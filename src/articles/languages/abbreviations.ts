/**
 * How the words of a language that are written with a dot stand in a sentence: `name` before a name, `number` before a
 * number, `maybe` anywhere, so that the sentence ends only where another clearly begins.
 */
type Abbreviations = Record<'name' | 'number' | 'maybe', ReadonlySet<string>>

const LISTS: Record<string, Record<keyof Abbreviations, string>> = {
  en: {
    name: `mr mrs ms mx dr prof sen rep gov gen lt col sgt capt cpl maj adm cmdr hon rev fr messrs mt ft vs v i.e e.g
      cf viz approx supt det insp st ste pres sec atty fig figs pp`,
    number: 'no nos',
    maybe: `sr jr etc inc ltd co corp llc plc bros dept univ assn est eq al ed eds vol ave blvd rd hwy jan feb mar
      apr jun jul aug sept sep oct nov dec mon tue tues wed thu thurs fri sat ala ariz ark calif colo conn del fla
      ga ill ind kan ky la md mass mich minn miss mo mont neb nev okla ore pa penn tenn tex va vt wash wis wyo ph.d`,
  },
  de: {
    name: `hr hrn fr frl dr prof dipl ing mag st bzw ca vgl inkl exkl evtl ggf bspw sog geb gest verh zzgl abzgl gem
      betr insb z.b d.h s.o s.u i.d.r v.a z.t`,
    number: `nr nrn art abs kap bd abb anm tel rd max min mind jan feb apr jun jul aug sept sep okt nov dez`,
    maybe: `str mio mrd tsd jh jhd usw etc co std sek u.a o.g u.ä o.ä chr ag e.v lt`,
  },
  fr: {
    name: `mm mme mmes mlle mlles dr pr me mgr st ste p.ex c.-à-d av bd cf`,
    number: `art fig no nos ch vol tel janv févr fév avr juil sept oct nov déc`,
    maybe: `etc env hab apr j.-c s.a éd al`,
  },
  es: {
    name: `sr sra srta sres dr dra dres dña lic ing prof gral cap cnel tte vs avda av apdo sto sta p.ej`,
    number: `núm núms no nº art arts pág págs fig aprox tel ene feb abr jun jul ago sept sep oct nov dic`,
    maybe: `etc ud uds vd ee.uu jj.oo cía ltda s.a s.l a.c d.c mill m.n`,
  },
  it: {
    name: `sig sigg sig.ra dott dott.ssa dr prof prof.ssa ing avv arch geom on sen col mons nn p.es`,
    number: `art artt pag pagg cap cfr fig tel gen feb apr mag giu lug ago sett set ott nov dic vol`,
    maybe: `ecc etc s.p.a spa srl s.r.l c.a a.c d.c`,
  },
  nl: {
    name: `dhr mevr mw mr mrs dr drs ir ing prof st vgl bijv bv d.w.z m.b.t i.v.m t.o.v o.a m.n incl excl zgn`,
    number: `nr nrs art blz ca tel max min jan feb mrt apr jun jul aug sept sep okt nov dec`,
    maybe: `enz etc e.d b.v n.v jr sr mln mld evt resp`,
  },
  pt: {
    name: `sr sra srs dr dra drs prof profa eng exmo exma av gen cel p.ex`,
    number: `núm no nº art arts pág págs fig tel cap aprox jan fev abr mai jun jul ago set out nov dez`,
    maybe: `etc ltda cia s.a eua a.c d.c`,
  },
  ca: {
    name: `sr sra dr dra st sta av p.ex`,
    number: `núm art pàg gen febr abr jul set oct nov des`,
    maybe: `etc s.a`,
  },
  ro: {
    name: `dl dna dr prof ing gen lt col mun jud str`,
    number: `nr art pag ian feb`,
    maybe: `etc s.a mld`,
  },
  sv: {
    name: `dr prof bl.a t.ex d.v.s dvs s.k inkl exkl jfr jmf st`,
    number: `nr kl ca tel jan feb apr jun jul aug sept okt nov dec`,
    maybe: `osv etc m.m m.fl o.s.v o.d mkr mdkr f.d`,
  },
  da: {
    name: `hr fr dr prof bl.a f.eks d.v.s dvs pga jf inkl ekskl hhv vedr`,
    number: `nr kl ca tlf jan feb apr jun jul aug sept okt nov dec`,
    maybe: `osv etc m.m m.v m.fl o.l kr mio mia`,
  },
  no: {
    name: `hr fr dr prof bl.a f.eks dvs jf inkl ekskl hhv st`,
    number: `nr kl ca tlf jan feb apr jun jul aug sept okt nov des`,
    maybe: `osv etc m.m m.v m.fl o.l kr mill mrd`,
  },
  fi: {
    name: `hra rva tri prof esim mm vrt`,
    number: `nro nr klo puh`,
    maybe: `jne yms ym tms milj mrd eaa`,
  },
  pl: {
    name: `pp dr prof hab mgr inż lek św ul al pl m.in tzw tzn tj por zob gen płk kpt ks abp bp red woj pow`,
    number: `nr np ok art ust pkt str`,
    maybe: `itd itp godz mln mld tys zł proc ub br im`,
  },
  cs: {
    name: `mudr judr phdr ing mgr bc prof doc dr např tzv tj sv ul nám gen plk kpt`,
    number: `č čís str odst písm cca`,
    maybe: `atd apod aj s.r.o a.s mil mld tis kč hod resp`,
  },
  sk: {
    name: `mudr judr ing mgr prof doc dr napr tzv tj sv ul nám gen plk`,
    number: `č str ods písm cca`,
    maybe: `atď a.s s.r.o apod mil mld tis hod resp`,
  },
  hu: {
    name: `dr ifj özv prof pl ill vö`,
    number: `sz kb jan febr márc ápr jún júl aug szept okt nov dec`,
    maybe: `stb kft zrt nyrt bt rt ker mrd`,
  },
  ru: {
    name: `г-н г-жа проф акад доц д-р ул просп пл пер см напр т.е св ген полк`,
    number: `рис стр тел кв янв февр апр авг сент окт нояб дек`,
    maybe: `т.д т.п др пр гг вв млн млрд тыс руб коп долл н.э им обл`,
  },
  uk: {
    name: `пп проф акад доц ім вул просп пл див напр т.зв св ген`,
    number: `рис стор тел кв`,
    maybe: `т.д т.п ін рр ст млн млрд тис грн коп дол н.е обл`,
  },
  bg: {
    name: `г-н г-жа проф д-р доц инж ул бул им напр вж св`,
    number: `стр`,
    maybe: `т.н лв млн млрд хил др`,
  },
  hr: {
    name: `gđa dr prof mr sv ul npr tj tzv`,
    number: `br str čl`,
    maybe: `itd sl god mil mlrd tis d.o.o d.d`,
  },
  sl: {
    name: `dr prof mag sv ul npr t.i oz`,
    number: `št str čl`,
    maybe: `itd ipd mio mrd tis d.o.o d.d`,
  },
  sr: {
    name: `гђа др проф св ул нпр тј тзв`,
    number: `бр стр чл`,
    maybe: `итд сл год мил млрд хиљ д.о.о`,
  },
  tr: {
    name: `dr prof doç av sn örn alb cad sok`,
    number: `no`,
    maybe: `vb vs a.ş ltd şti tic m.ö m.s yy`,
  },
  el: {
    name: `κκ κα δρ καθ βλ π.χ δηλ οδ λεωφ αγ`,
    number: `αρ`,
    maybe: `κ.λπ κ.ά κλπ χιλ εκατ δισ μ.χ α.ε`,
  },
}

const SAME_AS: Record<string, string> = { nb: 'no', nn: 'no', bs: 'hr' }
const sets = new Map<string, Abbreviations>()

/** The abbreviations of a language, beside those that are written everywhere. */
export function abbreviationsOf(language: string): Abbreviations {
  const [base = ''] = language.toLowerCase().split(/[-_]/)
  const name = SAME_AS[base] ?? base
  const known = sets.get(name)
  if (known !== undefined) return known
  const lists = Object.hasOwn(LISTS, name) ? LISTS[name] : undefined
  const abbreviations = {
    name: setOf(`${lists?.name ?? ''} dr prof`),
    number: setOf(lists?.number ?? ''),
    maybe: setOf(`${lists?.maybe ?? ''} jr sr etc inc ltd co corp`),
  }
  sets.set(name, abbreviations)
  return abbreviations
}

function setOf(list: string): Set<string> {
  return new Set(list.trim().split(/\s+/))
}
