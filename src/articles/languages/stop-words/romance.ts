export const ROMANCE = {
  fr: `à afin ai ainsi alors après assez au aucun aucune aujourd aura auraient aurait aussi autre autres aux
    auquel avaient avait avant avec avoir ayant beaucoup bien c ça car ce ceci cela celle celles celui
    ces cet cette ceux chaque chez ci comme comment contre d dans de depuis des deux devant doit donc dont
    du durant elle elles en encore entre est et étaient était étant été être eu eux fait faire font furent
    fut hier hors hui il ils j jamais je jusqu jusque l la là laquelle le lequel les lesquels leur leurs lors
    lui m ma mais me même mêmes mes moi moins mon n ne ni nos notre nous on ont ou où par parce parmi pas
    pendant peu peut peuvent plus plusieurs pour pourquoi pourrait près puis qu quand que quel quelle
    quelles quelque quelques quels qui quoi s sa sans sauf se selon sera seraient serait ses si son sont
    sous souvent sur t ta tandis tant te tel telle tes toi ton toujours tous tout toute toutes très tu un
    une vers voici voilà vos votre vous y a`,
  es: `a ahora al algo algún alguna algunas alguno algunos allí ante antes así aún aunque bajo bien cada casi
    como cómo con contra cual cuál cuales cuando cuándo cuanto de del desde después dice dijo donde dónde
    dos durante e el él ella ellas ello ellos en entonces entre era eran es esa esas ese eso esos esta está
    estaba estaban estado están estar estas este esto estos fue fueron ha haber había habían hace hacer
    hacia han hasta hay he hemos hoy incluso junto la las le les lo los luego mas más me mediante menos mi
    mientras mis mismo mucho muchos muy nada ni ningún ninguna no nos nosotros nuestra nuestro o os otra
    otras otro otros para pero poco por porque pues puede pueden que qué quien quién quienes se sea según
    ser será si sí sido siempre sin sino sobre son su sus también tampoco tan tanto te tiene tienen toda
    todas todo todos tras tu tus un una unas uno unos usted y ya yo`,
  it: `a ad agli ai al alcuni alcuna all alla alle allo allora altre altri altro anche ancora avere aveva
    avevano avrebbe ben c che chi ci cioè ciò coi col come con contro cosa così cui d da dagli dai dal
    dall dalla dalle dallo degli dei del dell della delle dello dentro di dopo dove due durante e è ed
    ecco era erano essere essi fa fatto fino fra fu furono già gli ha hanno ho i il in infatti inoltre
    invece io l la le lei li lo loro lui lungo ma mentre meno mi mia mio molti molto ne negli nei nel nell
    nella nelle nello nessun nessuno no noi non nostra nostro o od ogni oggi oltre oppure ora per perché
    perciò pero però più poco poi possono prima presso proprio può qua qualche quale quali quando quanto
    quasi quel quella quelle quelli quello questa queste questi questo qui quindi s sarà sarebbe se secondo
    sei senza sempre si sia siamo sia solo sono sopra soprattutto sotto sta stata state stati stato su sua
    sue sugli sui sul sull sulla sulle sullo suo suoi tale tali tanto te ti tra troppo tu tutta tutte
    tutti tutto un una uno v vi voi vostro`,
  pt: `a à agora ainda além alguém algum alguma algumas alguns ante antes ao aos apenas após aquela aquele
    aqueles aqui as às assim até bem cada com como contra da das de dela dele deles depois desde dessa
    desse desta deste disse diz do dois dos durante e é ela elas ele eles em embora enquanto entre era
    eram essa essas esse esses esta está estão estas estava este estes eu foi foram grande há isso isto já
    la lhe lhes lo logo mais mas me menos mesma mesmo meu minha muito muitos na nada não nas nem nenhum
    nessa nesse nesta neste no nos nós nossa nosso num numa nunca o onde ontem os ou outra outras outro
    outros para pela pelas pelo pelos per perante pode podem pois por porém porque pouco qual quais quando
    quanto que quem são se segundo seja sem sempre sendo ser será seu seus si sido só sob sobre sua suas
    também tão tem têm tendo ter teve tinha toda todas todo todos tu um uma umas uns vai você vocês`,
  ca: `a abans això aixó al algun alguna alguns als altra altre altres amb any aquell aquella aquest aquesta
    aquestes aquests així bé cada com contra d da dalt de del dels des després diu dos durant e el ell
    ella elles ells els em en encara entre era eren és esta està estan estat et fa fer fins ha han havia
    hi ho i ja l la les li lo llavors m més menys mentre meu molt molts n na ni no nosaltres nostre o on
    pel pels per però perquè poc pot poden qual quan quant que qui quin quina s sa se segons sense ser
    serà seu seva seves si sobre són són sota sou també tan tant te té tenen tot tota tots totes un una
    uns va van vostè`,
  ro: `a abia acea aceasta această aceea acei aceia acel acela acele acest acesta aceste acestea acestei
    acestor acestui acolo acum ai aici al ale alt alta alte altă altceva am ar are arfi as asta astfel asupra
    au avea avut azi ca că când cam care cărei căror cărui că ce cea ceea cei cel cele celor cine cu cum
    da dacă dar dat de deci decât deja deși despre din dintre doar doi după e ea ei el ele era erau este
    eu fără face fi fie fiecare fiind fost iar îi îl îi în înainte încă între însă își la le li lor lui
    mai mare mult multe mulți ne nici nimic noi noștri nostru nu numai o ori pe pentru peste până poate
    pot prin printre privind sa să sale sau său se si și spre sub sunt sînt te toate tot toți totuși tu
    un una unde unei unele uni unii unor unui va vă vor voi spus spune`,
}
