import { isLoopback } from '#mail/smtp-url.ts'
import { fault, type Finding, hint, right, warning } from '#mail/sender-dns/finding.ts'
import { publicAddress } from '../public-page.ts'
import { openConversation } from '../relay-talk.ts'
import type { Visit } from '../sender.ts'

const SOON_MS = 5000
const FAR_MS = 5 * 60_000
const FIX = { fix: 'Switch on time synchronisation: timedatectl set-ntp true' }

/** Releases, tokens and signatures go by our clock. */
export async function checkClock(visit: Visit): Promise<Finding[]> {
  const times = [await webTime(visit), ...(await relayTimes(visit))].filter(
    (time) => time !== undefined,
  )
  const [first] = times
  if (first === undefined)
    return [
      (await leadsHere(visit))
        ? hint(
            'clock-same-place',
            'PUBLIC_URL leads to this machine and nobody else told the time, so this clock was not compared with another.',
            { fix: 'Look at it with: timedatectl' },
          )
        : hint('clock-unknown', 'Nobody told the time, so this clock was not compared.'),
    ]
  const worst = times.reduce((one, other) =>
    Math.abs(other.off) > Math.abs(one.off) ? other : one,
  )
  const off = Math.abs(worst.off)
  const says = `This machine's clock is ${Math.round(off / 1000)} s ${worst.off > 0 ? 'ahead of' : 'behind'} that of ${worst.whose}.`
  if (off > FAR_MS) return [fault('clock-wrong', says, FIX)]
  if (off > SOON_MS) return [warning('clock-off', says, FIX)]
  return [
    right(
      'clock',
      `The clock agrees with that of ${times.map(({ whose }) => whose).join(' and ')}.`,
    ),
  ]
}

type Time = { whose: string; off: number }

async function leadsHere(visit: Visit): Promise<boolean> {
  const place = await publicAddress(visit)
  return place !== undefined && visit.sender.ownAddresses.includes(place)
}

async function webTime(visit: Visit): Promise<Time | undefined> {
  const { publicUrl } = visit.sender
  const place = await publicAddress(visit)
  // A clock always agrees with itself.
  if (place === undefined || (await leadsHere(visit))) return undefined
  const answer = await visit.outside.askWeb({ url: new URL('healthz', publicUrl), address: place })
  if (answer.kind !== 'answered') return undefined
  return compare(visit, { whose: publicUrl.hostname, text: answer.headers['date'] })
}

/** Exim and sendmail say the time in their greeting. */
async function relayTimes(visit: Visit): Promise<(Time | undefined)[]> {
  return Promise.all(
    visit.sender.relays.map(async (relay) => {
      if (isLoopback(relay.host)) return undefined
      try {
        await using talk = await openConversation(visit, relay)
        const [text] =
          /[A-Z][a-z]{2}, \d{1,2} [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d [+-]\d{4}/.exec(
            talk.hello.greeting,
          ) ?? []
        return compare(visit, { whose: relay.name, text })
      } catch {
        return undefined
      }
    }),
  )
}

function compare(
  { outside }: Visit,
  { whose, text }: { whose: string; text: string | undefined },
): Time | undefined {
  const at = text === undefined ? Number.NaN : Date.parse(text)
  return Number.isNaN(at) ? undefined : { whose, off: outside.now().getTime() - at }
}
