export const GERMANIC = {
  en: `a about above after again all also am an and any are as at be because been before being below
    between both but by can could did do does doing down during each few for from further get had has
    have having he her here hers him his how if in into is it its just me more most my no nor not now of
    off on once only or other our out over own said same say says she should so some such than that the
    their them then there these they this those through to too under until up us very was we were what
    when where which while who whom why will with would you your mr mrs ms`,
  de: `aber alle allem allen aller alles als also am an ander andere anderem anderen anderer anderes auch
    auf aus bei beim bereits bin bis bisher bist da dabei dadurch dafür dagegen daher damit danach dann
    daran darauf darf darum das dass davon dazu dein dem den denn der deren des dessen deshalb dich die
    dies diese diesem diesen dieser dieses dir doch dort du durch ein eine einem einen einer eines einige
    einigen einmal er erst es etwa etwas euch euer für ganz gegen gegenüber gibt habe haben hat hatte
    hatten hier hin hinter ich ihm ihn ihnen ihr ihre ihrem ihren ihrer ihres im immer in ins ist ja jede
    jedem jeden jeder jedes jedoch jene jetzt kann kein keine keinem keinen keiner können könnte könnten
    laut machen man mehr mein mich mir mit muss musste müssen nach nachdem nicht nichts noch nun nur ob
    oder ohne sagte sagten sagt schon sehr sei seien sein seine seinem seinen seiner seines seit selbst
    sich sie sind so sogar solche soll sollen sollte sollten sondern sonst sowie über um und uns unser
    unsere unter viel viele vom von vor während war waren warum was weil weiter welche welchem welchen
    welcher welches wenn wer werde werden wie wieder will wir wird wo wollen wollte worden wurde wurden
    würde würden zu zudem zum zur zwar zwischen`,
  nl: `aan af al alle alleen als altijd andere ben bij bijna binnen boven daar daarmee daarna daarom dan dat
    de deze die dit doch doen door dus echter een eens en er eerst elk enkele erg ervan even ge geen
    gewoon had hadden heb hebben heeft hem hen het hier hij hoe hun iemand iets ik in is ja je jullie kan
    kon konden kunnen laat langs maar me meer men met mij mijn minder moet moeten mogen na naar nadat
    niet niets nog nu of om omdat onder ons onze ook op over reeds samen sinds te tegen ten ter terwijl
    toch toen tot tussen tijdens u uit uw van vanaf vanuit vele veel verder via volgens voor vooral waar
    waarom waarin wanneer want waren was wat we weer weg wel welke werd werden wie wij wil worden wordt
    zal ze zei zegt zelf zich zij zijn zo zoals zonder zou zouden zullen`,
  sv: `alla allt att av bara bland blev bli blir blivit de dem den denna deras dess dessa det detta dig
    din dina ditt du då där därför efter eftersom ej eller en ett enligt från för före genom ha hade han
    hans har hela henne hennes hon honom hur här i icke igen in inför innan inom inte jag ju kan kommer
    kunde man med medan mellan men mer mest mig min mina mitt mot mycket måste ni nu när någon något några
    och ock också om oss på redan sade sedan ser sig sin sina sitt ska skall skulle som så sådan sådana
    säger till under upp ur utan vad var vara varit vars vart vem vi vid vilka vilken vilket vill över
    är även åt`,
  da: `ad af aldrig alle alt anden andet at bare begge blandt blev blive bliver da de dem den denne der
    deres det dette dig din disse dog du efter eller en end ender er et flere for fordi fra få før gennem
    ham han hans har have havde hele hen hende hendes her hos hun hvad hver hvilken hvis hvor hvordan
    hvorfor hvornår i ifølge igen ikke ind ingen inden ja jeg jer jo kan kom komme kunne lige man mange
    med meget mellem men mens mere mig min mod mod må måtte nej ned nogen noget nogle nu når og også om
    op os over på samme samt selv siden sig siger sin sine skal skulle som så sådan til ud uden under var
    ved vi vil ville vores være været`,
  no: `alle alt at av bare begge ble bli blir blitt da de dei dem den denne der deres det dette disse
    du då eg ei ein eit eitt eller en enn er et etter ett flere for fordi fra frå før gjennom ha hadde
    han hans har henne hennes her hos hun hva hvem hver hvilken hvis hvor hvordan hvorfor i ifølge igjen
    ikke ikkje ingen inn ja jeg kan kom kunne kva man mange med meg meget mellom men mens mer mest min mot
    mye må måtte nei nå når noe noen nokon også og om opp oss over på så sa seg selv si sier siden sin
    sine sitt skal skulle som til under ut uten var vart vært ved vi vil ville vi være var vår å`,
  is: `að af allt alltaf annar annað aðrir á áður ég ekki ef eftir ein einn eins en er eru fyrir frá fram
    ha hafa hafði hann hans hefur hefði hér hjá hún hvað hver hvernig í inn já með mig milli mjög nú og
    okkar sagði segir sem sér sig sinn síðan skal svo sé til um undir upp úr var vera verður verið við
    voru yfir það þá þar þau þegar þeir þeirra þeim þess þessi þetta þú því`,
}
