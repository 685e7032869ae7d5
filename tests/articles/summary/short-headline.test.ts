import { expect, test } from 'vitest'
import { shortHeadline } from '#articles/summary/short-headline.ts'

test.each([
  [
    'Harbour bridge closed until spring after crane falls on it | The Harbour Courier',
    'Harbour bridge closed until spring after crane falls on it',
  ],
  [
    'Storm Ebba tears roofs from forty houses in Port Ansel - courier.example',
    'Storm Ebba tears roofs from forty houses in Port Ansel',
  ],
  [
    'Council votes to rebuild the old fish market; opening planned for the summer after next',
    'Council votes to rebuild the old fish market',
  ],
  [
    'Ferry and dredger collide off Port Ansel – two hurt, harbour closed for the whole night',
    'Ferry and dredger collide off Port Ansel',
  ],
  [
    'Central bank raises its rate to four percent as prices of bread and fuel keep climbing',
    'Central bank raises its rate to four percent',
  ],
  [
    'Stadtrat beschließt den Neubau der alten Fischhalle, während die Kosten weiter steigen',
    'Stadtrat beschließt den Neubau der alten Fischhalle',
  ],
  [
    'Le conseil vote la reconstruction du marché aux poissons, alors que les prix montent',
    'Le conseil vote la reconstruction du marché aux poissons',
  ],
  [
    'El consejo aprueba reconstruir la lonja del puerto, mientras suben todos los precios',
    'El consejo aprueba reconstruir la lonja del puerto',
  ],
  [
    'Die Stadt sperrt die „alte Dame“ am Hafen von Nordum bis zum Frühjahr – Fähre fährt ab Montag',
    'Die Stadt sperrt die „alte Dame“ am Hafen von Nordum bis zum Frühjahr',
  ],
  [
    'La ville ferme le « vieux pont » du port jusqu’au printemps – un bac prend le relais lundi',
    'La ville ferme le « vieux pont » du port jusqu’au printemps',
  ],
  [
    'Il Comune chiude il vecchio ponte del porto di Ansel, mentre salgono i costi dei lavori',
    'Il Comune chiude il vecchio ponte del porto di Ansel',
  ],
])('%s is trimmed', (headline, expected) => {
  expect(shortHeadline(headline, { publisher: 'The Harbour Courier' })).toBe(expected)
})

test.each([
  ['what fits', 'Harbour bridge closed until spring'],
  ['who says it', 'Mayor of Port Ansel took money from three builders for years – prosecutors say'],
  [
    'what turns it round',
    'Mayor of Port Ansel took money from three builders for years; he denies it',
  ],
  ['a question', 'The mayor of Port Ansel took money from three builders for years – or did he?'],
  [
    'a condition',
    'The harbour will be closed for good before the end of the year – unless the state pays',
  ],
  [
    'a quotation',
    '“We will rebuild the market – and the pier, and the old customs house too”, vows the mayor',
  ],
  [
    'who says it, in German',
    'Bürgermeister von Nordum nahm jahrelang Geld von Baufirmen – Staatsanwaltschaft',
  ],
  [
    'what turns it round, in German',
    'Bürgermeister von Nordum nahm jahrelang Geld von Baufirmen – er bestreitet das alles',
  ],
  [
    'who says it, in French',
    'Le maire de Port-Ansel a touché de l’argent pendant des années – selon le parquet',
  ],
  [
    'what turns it round, in French',
    'Le maire de Port-Ansel a touché de l’argent pendant des années – il n’en savait rien',
  ],
  [
    'a quotation in German',
    '„Wir bauen den Markt wieder auf – und die Mole und das alte Zollhaus dazu“, verspricht der Rat',
  ],
  [
    'another name after a dash',
    'North Shore - South Shore: the derby that divides the whole of the old harbour town',
  ],
])('%s stays', (_, headline) => {
  expect(shortHeadline(headline)).toBeNull()
})
