import { expect, test } from 'vitest'
import { MailDomains, type ResolveMx } from '#subscribers/gate/mail-domain.ts'

const now = new Date('2026-11-22T06:30:00Z')
const later = (ms: number) => new Date(now.getTime() + ms)

/** A name server that knows what it is told to, and what it was asked. */
function dns(answer: (domain: string) => { exchange: string; priority: number }[] | string) {
  const asked: string[] = []
  const resolve: ResolveMx = async (domain) => {
    asked.push(domain)
    const found = answer(domain)
    if (typeof found === 'string') throw Object.assign(new Error(found), { code: found })
    return found
  }
  return { asked, domains: new MailDomains(resolve) }
}

const refusal = (message: RegExp) =>
  expect.objectContaining({
    name: 'Refusal',
    field: 'email',
    message: expect.stringMatching(message),
  })

test.each(['', '.'])('a domain whose only MX is %j takes no mail (RFC 7505)', async (exchange) => {
  const { domains } = dns(() => [{ exchange, priority: 0 }])

  await expect(domains.check('example.com', now)).rejects.toEqual(refusal(/takes no mail/))
})

test('a null MX beside a real one is somebody’s mistake and not the domain’s will', async () => {
  const { domains } = dns(() => [
    { exchange: '', priority: 0 },
    { exchange: 'mx.example.com', priority: 10 },
  ])

  await expect(domains.check('example.com', now)).resolves.toBeUndefined()
})

test('a domain that does not exist is refused, and a typing error is suspected', async () => {
  const { domains } = dns(() => 'ENOTFOUND')

  await expect(domains.check('exmaple.org', now)).rejects.toEqual(refusal(/typing error/))
})

test('a domain without MX takes its mail itself (RFC 5321, 5.1), and the next one is looked up', async () => {
  const { domains, asked } = dns(() => 'ENODATA')

  await domains.check('one.example', now)
  await domains.check('two.example', now)

  expect(asked).toEqual(['one.example', 'two.example'])
})

test('without a name server nobody is kept out, and for a minute nobody is asked', async () => {
  const { domains, asked } = dns(() => 'ECONNREFUSED')

  await domains.check('one.example', now)
  await domains.check('two.example', later(59_000))
  await domains.check('three.example', later(61_000))

  expect(asked).toEqual(['one.example', 'three.example'])
})

test.each(['ETIMEOUT', 'ESERVFAIL', 'EREFUSED'])(
  '%s of one domain keeps nobody out, is not asked for again for a minute, and says nothing of others',
  async (code) => {
    const { domains, asked } = dns((domain) => (domain === 'ill.example' ? code : 'ENOTFOUND'))

    await domains.check('ill.example', now)
    await domains.check('ill.example', later(59_000))
    await expect(domains.check('bad.example', later(59_000))).rejects.toEqual(refusal(/not exist/))
    await domains.check('ill.example', later(61_000))

    expect(asked).toEqual(['ill.example', 'bad.example', 'ill.example'])
  },
)

test('two domains in a row without an answer: the name server is away', async () => {
  const { domains, asked } = dns(() => 'ETIMEOUT')

  for (const domain of ['one.example', 'two.example', 'three.example'])
    await domains.check(domain, now)

  expect(asked).toEqual(['one.example', 'two.example'])
})

test('a reader does not wait for a resolver that takes its time', async () => {
  let answer: (() => void) | undefined
  const domains = new MailDomains(
    async () => new Promise((resolve) => (answer = () => resolve([]))),
    { patienceMs: 1 },
  )

  await domains.check('slow.example', now)

  expect(answer).toBeTypeOf('function')
})

test('what is known is not asked again for ten minutes, good or bad', async () => {
  const { domains, asked } = dns((domain) =>
    domain === 'good.example' ? [{ exchange: 'mx.good.example', priority: 1 }] : 'ENOTFOUND',
  )

  for (const ms of [0, 599_000, 601_000]) {
    await domains.check('good.example', later(ms))
    await expect(domains.check('bad.example', later(ms))).rejects.toEqual(refusal(/not exist/))
  }

  expect(asked).toEqual(['good.example', 'bad.example', 'good.example', 'bad.example'])
})

test('what could not be found out is asked again when the name server is back', async () => {
  let away = true
  const { domains } = dns(() => (away ? 'ECONNREFUSED' : 'ENOTFOUND'))
  await domains.check('bad.example', now)
  away = false

  await expect(domains.check('bad.example', later(61_000))).rejects.toEqual(refusal(/not exist/))
})

test('no more than 10,000 domains are remembered', async () => {
  const { domains, asked } = dns(() => [{ exchange: 'mx', priority: 1 }])
  for (let number = 0; number <= 10_000; number += 1)
    await domains.check(`domain${number}.example`, now)

  await domains.check('domain0.example', now)

  expect(asked).toHaveLength(10_002)
})
