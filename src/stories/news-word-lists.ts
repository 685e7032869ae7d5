/** What every newsroom writes every day: the words of courts, accidents, weather, sport, business and politics, without accents. */
export const NEWS_WORDS: Partial<Record<string, string>> = {
  en: `
    trial judge jury court prosecutor prosecution defence defendant defense lawyer lawyers attorney guilty verdict sentence sentenced
    convicted charge charged charges plead pleaded plea appeal jail jailed prison testify testified witness evidence hearing accused
    suspect arrested arrest detained investigation investigators inquiry detective murder murdered killing killed victim victims
    crime criminal attack shot shooting gun knife stabbed robbery fraud
    died dead death deaths die injured injuries wounded hospital hospitals ambulance rescue rescued firefighters fire blaze crash accident
    emergency alarm scene damage damaged destroyed smoke explosion missing search
    storm wind winds rain snow flood flooding weather forecast forecasters warning gusts temperature degrees power electricity outage
    coach manager referee half minute goalkeeper striker defender midfielder fans crowd final semi quarter cup round score scored draw
    points table title championship stadium ball shot penalty substitute victory defeat beat beaten lost winner tournament
    shares share stock stocks profit profits revenue sales quarter results forecast analysts analyst investors investor shareholders bid
    offer takeover merger deal bank banks growth rate rates inflation economy economic industry customers supply demand chief executive
    board billion earnings dividend
    politician politicians politics coalition majority minority mp mps lawmakers senate congress committee debate amendment reform
    resign resigned resignation appointed successor campaign voters ballot poll polls candidate candidates democracy budget tax taxes
    strike strikers union unions workers worker employers employees staff wage wages pay talks negotiations agreement mediator jobs job
    doctor doctors nurse nurses patients patient disease virus infection vaccine vaccinated outbreak health
    school schools pupils students teachers university parents ship vessel boat port harbour ferry train trains bus road traffic passengers
    passenger crew airport flight flights plane driver car cars lorry truck vehicle vehicles
    art artist museum film music book author prize award show exhibition festival
    letter document documents video photograph message phone email online website social media
    move decision measure measures rule rules order ordered demand demanded call calls warned warn criticised criticism support supporters
    right rights protest protesters demonstration crisis war peace army military forces troops soldiers border
    ago already yet though despite ahead again another around away became become believe bring brought change clear could despite did during
    far feel felt few full get give given gone got hand happen happened hope idea important inside kept know knew known late least less let
    life like likely little lot main many may mean might moment much must near never nothing now offer often once only own past quite
    really same seen seem set should side small something sure thing things think thought together told too toward turn under until want
    way went whether whole why without word words world would wrong young lives live stay leave left return returned wait walk
    said says say told tell according asked added announced confirmed expected reported report reports called statement spokesman
    spokeswoman spokesperson official officials authorities government minister ministry president prime mayor
    council police court people person man woman men women child children residents family families group members
    year years month months week weeks day days hour hours minute minutes morning afternoon evening night monday tuesday
    wednesday thursday friday saturday sunday january february march april june july august september october november
    december today yesterday tomorrow early late later earlier first second third last next new old former
    country city town region area centre center street road house home local national state public
    million billion thousand hundred percent per cent number numbers plan plans decision work working
    time times place part end start begin made make take taken took come came going back still since
    company companies firm business market price prices cost costs money euros dollars pounds
    game match season team club player players win won goal goals against league
    news newspaper interview journalists reporters press agency correspondent pictures photo
    high low big small long short great major good best better more most large several three four five six seven eight nine ten dozen
    left right north south east west northern southern eastern western
    use used using help need needs want wants case cases problem problems issue issues situation service services
    law bill vote voted party parliament election opposition leader leaders head chief director chairman chairwoman
    opened open closed close set put call held hold given give show shows found find known named seen look run near
    least around among almost nearly under between despite following including without within across along`,
  de: `
    prozess richter richterin gericht staatsanwalt staatsanwaltschaft anklage angeklagte angeklagter verteidiger anwalt anwalte urteil
    schuldig haft haftstrafe verurteilt zeuge zeugen beweise aussage verdacht verdachtige festgenommen ermittlungen ermittler opfer tat
    tater mord tot tote toten getotet verletzt verletzte gestorben krankenhaus klinik rettung retter feuerwehr brand feuer unfall ungluck
    schaden rauch explosion vermisst suche notruf sturm wind regen schnee wetter unwetter orkan warnung hochwasser strom stromausfall
    trainer schiedsrichter minute halbzeit fans finale pokal runde punkte tabelle titel stadion elfmeter niederlage gewinner turnier
    aktie aktien gewinn umsatz quartal ergebnis ergebnisse analysten anleger aktionare angebot ubernahme fusion bank banken wachstum zins
    zinsen inflation wirtschaft branche kunden vorstand vorstandschef milliarde politiker politik koalition mehrheit abgeordnete ausschuss
    debatte reform rucktritt zuruckgetreten nachfolger wahler stimmen kandidat kandidaten umfrage haushalt steuer steuern streik
    gewerkschaft beschaftigte arbeitgeber lohn lohne tarif verhandlungen einigung vertrag arzt arzte pfleger patienten krankheit virus
    impfung geimpft ausbruch gesundheit schule schulen schuler lehrer eltern universitat schiff hafen fahre zug zuge bus bahn verkehr
    passagiere besatzung flughafen flug fahrer auto autos lastwagen kunst kunstler museum film musik buch autor preis ausstellung brief
    dokument video nachricht telefon internet massnahme massnahmen regel regeln forderung fordert forderte kritik kritisierte
    unterstutzung protest demonstration krise krieg frieden armee soldaten grenze zeigen zeigte macht machen liegt stand steht bleiben blieb
    musste konnte sollte wollte wurde ganz schon noch immer erst dann dabei damit danach davor etwa rund knapp uber unter zwischen wahrend
    bevor sowie eigentlich wohl vielleicht nichts etwas alle alles jeder kein keine hand leben welt frage antwort weg seite gut besser schlecht
    sagte sagen teilte mitteilte hiess erklarte berichtete angaben laut sprecher sprecherin behorden polizei gericht
    regierung minister ministerin ministerium prasident prasidentin burgermeister burgermeisterin rat
    menschen personen mann frau kinder familie familien gruppe mitglieder einwohner bewohner anwohner
    jahr jahre jahren monat monate woche wochen tag tage tagen stunde stunden minuten uhr morgen nachmittag abend nacht
    montag dienstag mittwoch donnerstag freitag samstag sonntag januar februar marz april mai juni juli august september
    oktober november dezember heute gestern fruh spater zunachst erste ersten zweite dritte letzte nachste neue neuen
    alten ehemalige land stadt region gebiet zentrum strasse haus ort millionen milliarden tausend prozent zahl plan
    entscheidung arbeit zeit teil ende anfang unternehmen firma markt preis preise kosten geld euro spiel saison
    mannschaft team verein spieler sieg tor tore liga partei parlament wahl opposition chef chefin leiter
    gross grosse grossen klein hoch lang kurz mehr weniger viele wenige drei vier funf sechs sieben acht neun zehn
    norden suden osten westen gesetz abstimmung fall falle problem lage dienst offentlich kommen geht gehen stehen bleibt
    weiter wieder bereits seit wegen trotz gegen mussen konnen sollen wollen worden geben gibt gab bislang bisher`,
  fr: `
    proces juge juges tribunal procureur parquet avocat avocats accuse accusee accuses prevenu verdict condamne condamnation prison peine
    coupable temoin temoins preuve preuves audience appel enquete enqueteurs suspect arrete arrestation garde vue meurtre victime victimes
    crime mort morts decede tue tues blesse blesses hopital hopitaux secours pompiers incendie feu accident drame degats fumee explosion
    disparu recherches alerte tempete vent vents pluie neige meteo intemperies inondations vigilance courant electricite
    entraineur arbitre minute supporters finale coupe tour points classement titre stade penalty defaite vainqueur tournoi rencontre
    action actions benefice chiffre affaires trimestre resultats analystes investisseurs actionnaires offre rachat fusion banque banques
    croissance taux inflation economie secteur clients patron direction milliard politique coalition majorite depute deputes senat
    commission debat amendement reforme demission demissionne successeur electeurs voix candidat candidats scrutin sondage budget impot
    impots greve grevistes syndicat syndicats salaries employeurs salaire salaires negociations accord contrat emploi emplois medecin
    medecins infirmiere infirmieres patients maladie virus vaccin epidemie sante ecole ecoles eleves enseignants parents universite
    navire bateau port train trains bus route circulation passagers equipage aeroport vol avion chauffeur voiture camion vehicule
    art artiste musee film musique livre auteur prix exposition lettre document video message telephone internet mesure mesures regle regles
    demande demandes critique soutien manifestation crise guerre paix armee soldats frontiere monde vie question reponse chose choses
    bien mal vrai faux tout tous toute toutes rien jamais toujours souvent deja ici ailleurs ainsi alors aussi autre autres chez comme donc
    fois grace jusque lors mieux moment nuit part passe passee presque quand quelque quelques sans seul seule sous tandis tant tres trop voir voit
    dit declare affirme annonce indique precise selon explique ajoute rapporte communique porte parole
    autorites police tribunal gouvernement ministre ministere president presidente maire conseil
    personnes gens homme femme hommes femmes enfants famille familles groupe membres habitants
    annee annees mois semaine semaines jour jours heure heures minutes matin apres midi soir nuit
    lundi mardi mercredi jeudi vendredi samedi dimanche janvier fevrier mars avril mai juin juillet aout septembre octobre
    novembre decembre aujourd hui hier demain tot tard premier premiere deuxieme troisieme dernier derniere prochain
    nouveau nouvelle ancien ancienne pays ville region zone centre rue maison lieu millions milliards milliers cent
    nombre plan projet decision travail temps partie fin debut entreprise societe marche prix cout argent euros match
    saison equipe club joueur joueurs victoire but buts ligue parti parlement election opposition chef directeur directrice
    grand grande petit haut long plusieurs trois quatre cinq six sept huit neuf dix nord sud est ouest loi vote cas
    probleme situation service public apres avant depuis contre faire fait mettre prendre rester encore devrait doit
    peut pourrait selon moins plus environ pres`,
}
