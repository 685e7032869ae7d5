export const SLAVIC = {
  pl: `a aby albo ale ani aż bardzo bez bo bowiem by była było były był będą będzie być chce choć ci co coś
    czy czyli dla dlatego do dwa gdy gdyż gdzie go i ich ile im inne inny iż ja jak jako je jeden jednak
    jednym jego jej jemu jest jeszcze jeśli jeżeli już kiedy kilka która które którego której który których
    którym którzy kto lub ma mają między mi mimo mnie mogą może można mu my na nad nam nas nawet nic nich nie
    niej nim nimi niż o obecnie od oraz oto po pod podczas ponad ponieważ poza potem powiedział powiedziała
    przed przede przez przy się sam są skąd swoich swoje swoją swój ta tak także taki takie tam te tego tej
    temu ten też to tu tych tylko tym u w wam we według wiele wielu więc wszystko wszystkich wtedy z za
    zaś ze żadnych że żeby został została zostały`,
  cs: `a aby ale ani asi až bez bude budou by byl byla byli bylo být či co což další dle do ho i já jak jako
    je jeho jej její jejich jen jenž ještě ji jiné již jsem jsme jsou jste k kam kde kdo když ke která které
    kterého který kteří ku ma mají má mezi mi mít mnou mohou může my na nad nebo nebyl nechť než ne ni nic
    nich ním o od on ona oni ono pak po pod podle pokud pouze právě pro proč proto protože před přes při
    řekl řekla s se si sice sobě svá své svou svůj svých ta tak také takže tam tato te tě tedy ten tento
    tím to tohoto tom tomto toto tu ty tyto u už v vám vás ve více však vše všech z za zda ze že`,
  sk: `a aby aj ak ako ale alebo ani asi až bez bola boli bolo bol bude budú by byť čo či ďalšie dnes do ešte
    ho i iba ich im iné ja je jeho jej jemu kde kedy ktorá ktoré ktorého ktorí ktorý k ku len lebo má majú
    medzi mi mnou môže môžu my na nad než nie nich ním o od on ona oni ono po pod podľa pokiaľ potom povedal
    povedala práve pre preto pretože pred pri s sa si so som sme ste sú svoj svoje svojich ta tak takže
    taktiež tam tá táto te tej tento ten tiež to tohto tom tomto toto tu ty tých u už v vám viac však všetky
    vo z za zo že`,
  ru: `а без более больше бы был была были было быть в вам вас во вот все всего всех всё вы где да даже два
    для до его ее её ей ему если есть еще ещё же за здесь и из или им ими их к как какой когда который
    которая которое которые которого которой которых которым кто ли либо между меня мне много может можно
    мой мы на над надо нас не него нее неё ней нельзя нет ни нибудь никогда ним них но ну о об однако он
    она они оно от перед по под после потом потому почти при про раз с сам свою свои своей своего себе себя
    сейчас со сказал сказала сообщил сообщила также такой там тебя тем теперь то тогда того тоже только том
    тот три тут ты у уже хотя чего чем через что чтобы эта эти этим этих это этого этой этом этот эту я`,
  uk: `а або адже але без би більше бо був була були було бути в вам вас вже ви від він вона вони воно все всі
    всіх всього втім де для до його й за за з зі із і інші її їй їм їх коли крім куди лише ми між мене
    мені може можна на над навіть нам нас не нею ним ні ніж них ну о об один однак оскільки от перед під
    після по поки понад при про проте раніше саме свої своїх своєї свого себе сказав сказала повідомив
    повідомила та так також такий там те теж тепер ти тим тих то тобто того той тому тоді том тут у усі хоча
    хто це цей цим цих цього цієї цій цю ця чи чим через ще що щоб щодо як яка яке який якого якої яких які я є`,
  bg: `а ако ала без беше би бил била били било в вас ваш ви все всички във вече го да дали до докато дори е едва
    един една едно за заради защо защото и из или им има имат иска й как както какво като към когато което
    които който която коя кой ли между ме мен ми много може му на над нас не него нещо нея ни ние никой нито
    но някои няма о обаче около освен от отново още пак по под поне поради после почти пред през при сам
    само са се сега си след сме според със също с съм твърде така те тези това тогава този той тя тях том
    у ще щом я каза`,
  hr: `a ako ali bez bi bih bila bile bili bilo bio biti da dok do dva ga gdje god i ih ili im iz ja je jedan
    jedna jedno jer joj još ju kad kada kako kao koja koje kojem kojeg koji kojih kojoj koju k ka li me mi
    mnogo može moraju mogu mu na nad nakon nam nas ne neki nego nego nema ni nije niti no o od odnosno oko on ona
    one oni ono osim ovo ova ovaj ove ovih ovom pa po pod prema pri prije pred protiv rekao rekla s sa sam
    samo se si smo ste su sve svi svih svog svoj svoje ta tada taj tako također te tek ti tih to toga toj
    tome tu u uz va vam vas već više vrlo za zašto zbog što`,
  sl: `a ali bi bil bila bile bili bilo bo bodo da do dva ga ima imajo in iz ja jaz je jih jim jo k kaj kako kar
    kateri katera katere ker ki kjer ko kot lahko le ma me med mi mu na nad naj nam nas ne nek ni nič njegov
    njegova njen nje njih no o ob od oziroma pa po pod pred pri proti prav s sam samo saj se si smo so sta
    svoj svoje ta tako takrat te tega tej tem temi ter ti tisti to toda tudi tukaj u v vam vas več ves vse
    vsi z za zaradi zato ze že zelo dejal dejala`,
  sr: `а ако али без би биле били било био бити да до док ga га где и из или им их ја је један једна једно јер
    јој још када кад како као која које којем којег који којих којој коју ли међу ми може мора му на над
    након нам нас не неки него нема ни није нити но о од односно око он она они оно осим ова овај ове ово
    ових па по под поред после пре пред према при против рекао рекла с са сам само се си смо сте су све сви
    свих свој своје та тада тај тако такође те тек ти тих то тога тој том ту у уз већ више врло за због
    што шта`,
}
