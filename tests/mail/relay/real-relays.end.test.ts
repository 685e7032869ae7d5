import { existsSync } from 'node:fs'

import { describe, expect, test } from 'vitest'

import { certificate } from '../../support/certificate.ts'
import { type RealRelay, startExim, startPostfix } from '../../support/real-relays.ts'
import { open, poolTo } from './pool-fixture.ts'

const { CI, TEST_EXIM, TEST_EXIM_LIBS } = process.env
const root = process.getuid?.() === 0
const postfix = root && existsSync('/usr/sbin/postfix')
if (!postfix) console.warn('not tried against Postfix: it is not here, or this is not root')
if (!TEST_EXIM) console.warn('not tried against Exim: TEST_EXIM does not name its program')

const isGone = (at: number): boolean => at % 7 === 3

async function sendsEachMailOnce(real: RealRelay): Promise<void> {
  open.push(real)
  const { port } = real
  const relay = {
    host: '127.0.0.1',
    port,
    secure: false,
    starttls: 'required',
    login: undefined,
  } as const
  const { pool, send, begun } = poolTo(
    { port, url: '' },
    { relay, tls: { ca: certificate.cert }, connections: 5 },
  )
  const ids = Array.from({ length: 300 }, (_, at) => `mail-${at}-of-300@example.org`)

  const outcomes = await Promise.all(
    ids.map((id, at) =>
      send({ id, to: `${isGone(at) ? 'gone' : 'reader'}${at}@example.net`, size: 30_000 }),
    ),
  )
  const international = await send({ id: 'international@example.org', to: 'jõgeva@example.net' })

  const wanted = ids.map((_, at) => (isGone(at) ? 'rejected' : 'accepted'))
  expect(outcomes.map(({ kind }) => kind)).toEqual(wanted)
  expect(outcomes[3]).toMatchObject({ code: 550, blame: 'recipient' })
  expect(outcomes[4]).toMatchObject({ relayId: expect.stringMatching(/^[\w-]{6,}$/) })
  expect(international.kind).toBe('accepted')
  expect(begun).toHaveLength(wanted.filter((kind) => kind === 'accepted').length + 1)
  expect(pool.stats()).toMatchObject({ open: 5, accepted: begun.length, eager: true })
  const log = await real.log()
  const arrivals = ids.map((id) => log.split(`=<${id}>`).length + log.split(`id=${id}`).length - 2)
  expect(arrivals).toEqual(ids.map((_, at) => (isGone(at) ? 0 : 1)))
}

describe('300 mails over STARTTLS, each offered behind the one before, some refused', () => {
  test.skipIf(!postfix && !CI)('arrive at Postfix exactly once', async () => {
    await sendsEachMailOnce(await startPostfix())
  })

  test.skipIf(!TEST_EXIM && !CI)('arrive at Exim exactly once', async () => {
    await sendsEachMailOnce(await startExim(TEST_EXIM ?? 'exim4', TEST_EXIM_LIBS))
  })
})
