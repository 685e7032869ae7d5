export const OTHER_EUROPE = {
  fi: `aikana ainakin ali alla ei eikä eivät ennen että entä enää ehkä he heidän heille heitä hän hänen hänet
    häntä hänelle ilman itse ja jo jos joka joiden joille joissa joista jolla jolle jonka jopa josta jossa
    jota jotka jotta jälkeen kaikki kanssa kautta ken kertoi kertoo koko koska koskaan kuin kuinka kuitenkin
    kun kuten kuka kyllä lisäksi me meidän melko mikä miksi minkä minä missä mistä mitä molemmat mukaan mutta
    muun muut muutta myös ne niiden niin niitä noin nuo nyt näin näiden nämä olemme olen oli olisi olivat
    olla olleet ollut on ovat paljon pitää saa sai samalla sanoi sanoo se sekä sen siellä sitä siinä siitä
    sillä silti sitten sinä tai taas tulee tuli tuo tämä tämän tänään tässä tästä tätä vaan vai vaikka
    vain vastaan vielä voi voivat vuoksi yli`,
  hu: `a ahol aki akik ami amely amelyek amelyet amelynek amikor amit arra az azok azon azonban azt azért
    aztán által általában át be belül benne cikk csak de e ebben eddig egy egyes egyéb egyik együtt ehhez ekkor el
    ellen elé elég előtt emellett én éppen erre ez ezek ezen ezért ezt ezzel fel felé ha hanem hogy hogyan
    hozzá igen így ill illetve ilyen is ismét itt jól jobban kell kellett keresztül ki kívül közben között
    közül le legalább lehet lenne lesz lett ma maga magát már más mely mellett meg mert míg mint mintha
    mind minden mindig mit mivel most mondta nagy nagyon ne nekem neki nélkül nem nincs ő ők olyan ott össze
    pedig persze rá saját s sem semmi sok szerint szemben számára szinte talán tehát teljes tovább több
    ugyanis úgy után utána vagy vagyok valaki valami van vannak végül velük vissza viszont volna volt voltak
    volt is`,
  et: `aga alates all ei ehk et edasi eest enam enne ees ette ga hiljem iga ise ja jah juba juures järgi
    järel ka kas keda kelle kes kuhu kui kuidas kuigi kuna kus kust ma me meie mida mil mille millest mis
    mitte mõne muu mu mul neid nende need nagu neist nii ning nüüd oli olid olla ole oleks olema olnud olen
    on oma osa pea peab pärast pole peale poolt sa saab sai samuti see seda sees selle sellest selles sest
    siin siis siiski sinna sa sõnul ta tal tema teda teha teie teise teiste tuleb ümber üle vaid vastu veel
    vahel või võib välja ütles üks`,
  lt: `apie ar arba aš bet be bei buvo būti bus būtų čia dar dėl daugiau iki ir iš ja jai jau jei jeigu ji jie
    jis jo jos jų jam kad kada kai kaip kaip kas kiek kita kiti kitų ko kur kuri kurie kuriam kuris kurių
    kurį labai man mano mes mūsų na nei nes net nors nuo nėra o pagal pas pat per po prie prieš sako sakė
    savo su tačiau tada tai taip taip tam tas tarp ten tie tik to todėl tokia toks tos tu tų turi už vis visi
    visų vien yra šio šis šią`,
  lv: `ar arī apmēram ap bet bez bija biju bijis bijusi būs būt būtu caur cik citi citu daudz dēļ divi dažādi
    esmu es gan ir ja jau jo jā jūs kad kam kas kā kādu kopš kur kura kuras kuri kurā kurš kuru ko lai līdz man
    mani mēs mūsu ne nav nekā nevar no nu par pat pār pēc pie pirms pret savu savā savas starp šā šajā šī
    šie šis šo tad tas tam tā tāpat tādēļ tāds tai taču tāpēc te teica tie tiek tika tikai to tomēr tur tā
    tās uz un vai vairāk var varētu vēl vien viens viņa viņi viņš viņu virs visi zem`,
  el: `ένα έναν ένας έχει έχουν έως ή ήδη ήταν αλλά αν ανά αντί από αυτά αυτές αυτή αυτήν αυτής αυτό αυτοί
    αυτός αυτού αυτούς αυτών αφού βέβαια για γιατί δε δεν δηλαδή δύο εάν εγώ εδώ είναι είπε είτε εκεί
    εκείνη εκείνο εκείνος ενώ εμείς επί επίσης επειδή ενός εξ εσείς ή ήδη η θα ίδια ίδιο ίδιος και καθώς
    κάθε κάποια κάποιο κάποιος κατά κι λοιπόν μας με μέσα μετά μεταξύ μέχρι μη μην μία μια μιας μόνο μου
    μπορεί μπορούν να ο οι όμως όπου όπως ό,τι όσο όσα όσοι όταν ότι όχι παρά περί πιο πλέον ποιος πολλές
    πολλοί πολύ που πού πρέπει πριν προς πως πώς σαν σας σε στη στην στης στις στο στον στου στους στα
    σύμφωνα τα τη την της τι τις το τον τόσο τότε του τους των υπό υπάρχει χωρίς ως ώστε`,
  tr: `acaba ama ancak arasında artık aslında aynı az bana bazı belki ben beni benim bile bir biraz birçok biri
    biz bize bizi bizim bu buna bunda bundan bunlar bunları bunların bunu bunun burada böyle böylece çok
    çünkü da daha de defa değil diğer diye doğru dolayı dün en etti eden eder edildi fakat gibi göre
    hakkında hala hangi hatta hem henüz hep hepsi her herhangi hiç için içinde ile ilgili ise işte itibaren
    kadar karşı kendi kendine kendisi ki kim kimse mi mı mu mü nasıl ne neden nerede o olan olarak oldu
    olduğu olduğunu olması olmak olmayan olsa olup ona onlar onları onların onu onun orada oysa önce öyle
    rağmen sadece sanki sen seni senin siz sizin son sonra şey şöyle şu tarafından tüm üzere üzerinde var
    ve veya ya yani yapılan yer yerine yine yok yoksa zaten söyledi dedi`,
}
