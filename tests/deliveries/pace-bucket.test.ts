import { describe, expect, test } from 'vitest'
import { asksForPatience } from '#deliveries/pace.ts'
import { nextPace, type Pace, rateAt, sizeOf, takeMails } from '#deliveries/pace-bucket.ts'
import { PACE_RULES } from '#deliveries/pace-reply.ts'

const START = new Date('2026-11-22T06:30:00Z')

function after(ms: number): Date {
  return new Date(START.getTime() + ms)
}

function paceOf(set: Partial<Pace> = {}): Pace {
  return {
    name: 'destination 2',
    rate: null,
    ceiling: null,
    tokens: 0,
    refilledAt: START,
    blockedUntil: null,
    connections: null,
    hourStart: null,
    hourCount: 0,
    dayStart: null,
    dayCount: 0,
    slowedAt: null,
    reply: null,
    ...set,
  }
}

const tooMuch = (ratePerSecond = 0) => ({
  kind: 'slowed' as const,
  ratePerSecond,
  reply: '421 4.7.28 too many',
  pauseMs: 2000,
})

describe('nextPace', () => {
  test.each<[string, Pace, [measured: number, rate: number]]>([
    ['a rate that is too much is halved', paceOf({ rate: 40 }), [100, 20]],
    ['what was really sent counts where it is less', paceOf({ rate: 40 }), [30, 15]],
    ['without a limit, what was sent is halved', paceOf(), [90, 45]],
    ['without a figure at all it begins at one a second', paceOf(), [0, 1]],
    ['it never falls below one in ten seconds', paceOf({ rate: 0.1 }), [0, 0.1]],
    ['a ceiling that is too much is halved like any rate', paceOf({ rate: 8, ceiling: 8 }), [0, 4]],
  ])('%s', (_rule, pace, [measured, rate]) => {
    const next = nextPace(pace, tooMuch(measured), START)

    expect(next).toMatchObject({
      rate,
      slowedAt: START,
      blockedUntil: after(2000),
      reply: '421 4.7.28 too many',
    })
  })

  test('replies of one window count once, and the next window counts again', () => {
    const once = nextPace(paceOf({ rate: 40 }), tooMuch(), START) ?? paceOf()

    const same = nextPace(once, tooMuch(), after(4999))
    const again = nextPace(once, tooMuch(), after(5000))

    expect(same).toBe(once)
    expect(again?.rate).toBe(10)
  })

  test('a pace without a ceiling is dropped when it has grown to twice what was too much', () => {
    const slowed = nextPace(paceOf({ rate: 40 }), tooMuch(), START) ?? paceOf()

    expect(nextPace(slowed, { kind: 'accepted' }, after(299_999))).toBe(slowed)
    expect(nextPace(slowed, { kind: 'accepted' }, after(300_000))).toBeNull()
  })

  test('a limit of connections stays when the rate is free again', () => {
    const slowed = nextPace(paceOf({ rate: 40, connections: 5 }), tooMuch(), START) ?? paceOf()

    const free = nextPace(slowed, { kind: 'accepted' }, after(300_000))

    expect(free).toMatchObject({ rate: null, connections: 5, reply: null })
  })
})

describe('rateAt', () => {
  test.each<[string, number | null, [ms: number, rate: number]]>([
    ['before ten seconds have passed nothing grows', null, [9999, 10]],
    ['each ten seconds add a twentieth of what was too much', null, [30_000, 13]],
    ['with a ceiling they add a twentieth of it', 40, [30_000, 16]],
    ['the ceiling is never passed', 40, [600_000, 40]],
  ])('%s', (_rule, ceiling, [ms, rate]) => {
    expect(rateAt(paceOf({ rate: 10, ceiling, slowedAt: START }), after(ms))).toBe(rate)
  })

  test('a limit that nobody complained about does not change', () => {
    expect(rateAt(paceOf({ rate: 20, ceiling: 20 }), after(600_000))).toBe(20)
  })
})

describe('takeMails', () => {
  const full = paceOf({ rate: 20, ceiling: 20, tokens: 100, refilledAt: START })

  test('a bucket holds half a second, and a digest leaves a fifth more to what is urgent', () => {
    const digest = takeMails(full, { want: 500, lane: 'digest', now: START })
    const alert = takeMails(digest.pace, { want: 500, lane: 'alert', now: START })

    expect(digest).toMatchObject({ mails: 10, because: 'rate' })
    expect(alert).toMatchObject({ mails: 2, because: 'rate' })
  })

  test('over a minute a digest gets the rate and not more', () => {
    let pace = full
    let mails = 0
    for (let ms = 0; ms <= 60_000; ms += 50) {
      const taken = takeMails(pace, { want: 500, lane: 'digest', now: after(ms) })
      pace = taken.pace
      mails += taken.mails
    }

    expect(mails).toBeGreaterThanOrEqual(60 * 20)
    expect(mails).toBeLessThanOrEqual(60 * 20 + sizeOf(20).full)
  })

  test('a rate below one a second still lets a digest go', () => {
    const slow = paceOf({ rate: 0.1, tokens: 0 })

    expect(takeMails(slow, { want: 5, lane: 'digest', now: after(11_000) }).mails).toBe(0)
    expect(takeMails(slow, { want: 5, lane: 'digest', now: after(12_001) }).mails).toBe(1)
  })

  test('while it is paused nothing goes', () => {
    const paused = { ...full, blockedUntil: after(1000) }

    expect(takeMails(paused, { want: 5, lane: 'alert', now: after(999) })).toMatchObject({
      mails: 0,
      because: 'paused',
    })
    expect(takeMails(paused, { want: 5, lane: 'alert', now: after(1000) }).mails).toBe(5)
  })

  test('caps of an hour and a day hold, a fiftieth of them is kept from digests, and a new hour opens', () => {
    const caps = { hourly: 1000, daily: 1500 }
    const take = (pace: Pace, lane: 'digest' | 'alert', ms: number) =>
      takeMails(pace, { want: 5000, lane, now: after(ms), caps })

    const digest = take(paceOf(), 'digest', 0)
    const alert = take(digest.pace, 'alert', 1000)
    const spent = take(alert.pace, 'alert', 3_599_999)
    const nextHour = take(spent.pace, 'alert', 3_600_000)
    const nextDay = take(nextHour.pace, 'alert', 86_400_000)

    expect(
      [digest, alert, spent, nextHour, nextDay].map(({ mails, because }) => [mails, because]),
    ).toEqual([
      [980, 'hourly'],
      [20, 'hourly'],
      [0, 'hourly'],
      [500, 'daily'],
      [1000, 'hourly'],
    ])
  })
})

/** A receiver that takes `limit` mails a second and answers the rest with 421, and two senders that share one bucket. */
class Receiver {
  readonly #limit: number
  #room: number
  #pace: Pace | null = null
  accepted = [0, 0]
  refused = 0

  constructor(limit: number) {
    this.#limit = limit
    this.#room = limit
  }

  passTenth() {
    this.#room = Math.min(this.#limit, this.#room + this.#limit / 10)
  }

  send(sender: number, now: Date) {
    if (this.#pace !== null) this.#pace = nextPace(this.#pace, { kind: 'accepted' }, now)
    const mails = this.#take(now)
    const took = Math.min(mails, Math.floor(this.#room))
    this.#room -= took
    this.refused += mails - took
    this.accepted[sender] = (this.accepted[sender] ?? 0) + took
    if (took < mails) this.#pace = nextPace(this.#pace ?? paceOf(), tooMuch(200), now)
  }

  #take(now: Date): number {
    if (this.#pace === null) return 10
    const { mails, pace } = takeMails(this.#pace, { want: 10, lane: 'digest', now })
    this.#pace = pace
    return mails
  }
}

/** What comes after the first minute. */
function simulate({ limit, seconds }: { limit: number; seconds: number }) {
  const receiver = new Receiver(limit)
  for (let ms = 0; ms < seconds * 1000; ms += 100) {
    if (ms === 60_000) Object.assign(receiver, { accepted: [0, 0], refused: 0 })
    receiver.passTenth()
    for (const sender of ms % 200 === 0 ? [0, 1] : [1, 0]) receiver.send(sender, after(ms))
  }
  const { accepted, refused } = receiver
  const sum = accepted.reduce((one, other) => one + other, 0)
  return { accepted, refused, share: sum / (limit * (seconds - 60)) }
}

test.each([5, 20, 80])(
  'two senders find out what a receiver of %i mails a second takes, and share it evenly',
  (limit) => {
    const { accepted, refused, share } = simulate({ limit, seconds: 1800 })
    const [one = 0, other = 0] = accepted

    expect(share).toBeGreaterThan(0.7)
    expect(share).toBeLessThanOrEqual(1)
    expect(Math.min(one, other) / Math.max(one, other)).toBeGreaterThan(0.8)
    expect(refused / (one + other)).toBeLessThan(0.02)
  },
)

describe('asksForPatience', () => {
  test.each(PACE_RULES.map((rule) => [rule.example, rule.slower] as const))(
    '%s: %s',
    (reply, slower) => {
      expect(asksForPatience({ code: Number(reply.slice(0, 3)), reply })).toBe(slower)
    },
  )

  test.each([
    [
      '421 4.7.0 [TSS04] Messages from 192.0.2.1 temporarily deferred due to unexpected volume',
      true,
    ],
    ['454 Throttling failure: Maximum sending rate exceeded.', true],
    ['451 4.3.2 Please try again later', true],
    [
      '450 4.2.1 The user you are trying to contact is receiving mail at a rate that is too high',
      false,
    ],
    ['450 <volume@example.org>: unavailable', false],
    ['550 5.7.1 too many mails', false],
    ['452 4.2.2 Over quota', false],
  ])('%s: %s', (reply, slower) => {
    expect(asksForPatience({ code: Number(reply.slice(0, 3)), reply })).toBe(slower)
  })
})
