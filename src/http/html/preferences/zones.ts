import { html } from 'hono/html'

import type { Markup } from '../page.ts'
import { optionsOf } from './fields.ts'
import { wordsIn } from './phrases.ts'

type Region = keyof ReturnType<typeof wordsIn>['regions']

/** All time zones by region, the reader's own among them though it may have an old name. */
export function zoneOptions(current: string, language: string): Markup {
  const { regions } = wordsIn(language)
  const groups = new Map<Region, string[]>()
  const known = Intl.supportedValuesOf('timeZone')
  for (const zone of new Set([...known, 'UTC', current])) {
    const region = regionOf(zone, regions)
    groups.set(region, [...(groups.get(region) ?? []), zone])
  }
  return html`${[...groups].map(
    ([region, zones]) =>
      html`<optgroup label="${regions[region]}">
        ${optionsOf(
          zones.map((zone) => ({
            value: zone,
            text: cityOf(zone, region),
            chosen: zone === current,
          })),
        )}
      </optgroup>`,
  )}`
}

function regionOf(zone: string, regions: Record<Region, string>): Region {
  const head = zone.split('/')[0] ?? ''
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- it has just been looked up
  return zone.includes('/') && Object.hasOwn(regions, head) ? (head as Region) : 'other'
}

/** "America/Argentina/Buenos_Aires" is "Buenos Aires (Argentina)". */
function cityOf(zone: string, region: Region): string {
  const words = zone.replaceAll('_', ' ').split('/')
  const [city = zone, ...around] = (region === 'other' ? words : words.slice(1)).toReversed()
  return around.length === 0 ? city : `${city} (${around.toReversed().join(', ')})`
}
