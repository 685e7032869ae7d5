import { expect, test } from 'vitest'
import { datelineOf } from '#articles/reading/dateline.ts'

test.each([
  ['WASHINGTON, DC - |The senate met on Monday.', 'WASHINGTON, DC'],
  ['PORT ANSEL, Ore. (AP) — |The ferry sank.', 'PORT ANSEL, Ore.'],
  ['LONDON, Nov 21 (Reuters) - |Prices rose.', 'LONDON'],
  ['BERLIN (dpa) - |Die Brücke ist gesperrt.', 'BERLIN'],
  ['Berlin (dpa/lno) – |Die Brücke ist gesperrt.', 'Berlin'],
  ['Frankfurt am Main (dpa) - |Die Bank senkt den Zins.', 'Frankfurt am Main'],
  ['Berlin/München (dpa) - |Die Parteien streiten.', 'Berlin/München'],
  ['WIEN (APA) - |Der Rat tagt.', 'WIEN'],
  ['PARIS (AFP) – |Le pont est fermé.', 'PARIS'],
  ['Paris (AFP) - |Le pont est fermé.', 'Paris'],
  ['Boulogne-sur-Mer (AFP) — |Le port est fermé.', 'Boulogne-sur-Mer'],
  ['Madrid, 3 mar (EFE).- |El puente está cerrado.', 'Madrid'],
  ['MADRID, 3 Mar. (EUROPA PRESS) - |El puente está cerrado.', 'MADRID'],
  ['(ANSA) - ROMA, 3 MAR - |Il ponte è chiuso.', 'ROMA'],
  ['ROMA (ANSA) - |Il ponte è chiuso.', 'ROMA'],
  ['(AFP) - |Le pont est fermé.', null],
  ['【東京時事】|港の橋が閉鎖された。', null],
  ['ローマ（共同）|港の橋が閉鎖された。', null],
  ['新华社北京11月21日电 |大桥关闭了。', null],
])('%s', (marked, place) => {
  const [dateline = '', rest = ''] = marked.split('|')

  const found = datelineOf(dateline + rest)

  expect(found).toEqual({ place, length: dateline.length })
})

test.each([
  'Die Brücke (Baujahr 1932) ist gesperrt - bis auf Weiteres.',
  'Der Rat - so die Stadt - tagt am Montag.',
  'Le maire (gauche) - élu en mars - se tait.',
  'Paris, le 21 novembre — la ville attend.',
  'El País - diario de la mañana - publica la lista.',
  'The ferry (built 1971) sank - again.',
  'Ein Wort - mehr nicht.',
])('%s begins with no dateline', (paragraph) => {
  expect(datelineOf(paragraph)).toEqual({ place: null, length: 0 })
})
