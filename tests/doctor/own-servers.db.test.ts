import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, request as forward, type Server } from 'node:http'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { serve } from '@hono/node-server'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readSender } from '#commands/doctor.ts'
import { openInbound } from '#deliveries/returns/inbound-mail.ts'
import { type CheckName, examine } from '#doctor/examine.ts'
import { openWebAsker } from '#doctor/web.ts'
import { changeSetting } from '#editions/publication.ts'
import { openInboundServer } from '#mail/inbound/inbound-server.ts'
import { type House, openHouse } from '../house.ts'
import { webOf } from '../http/web-fixture.ts'
import { portOf } from '../support/fake-relay.ts'
import { BOUNCE, openWorld, PUBLIC } from './world.ts'

let dataDir: string
beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'daybreak-own-servers-'))
})
afterAll(async () => rm(dataDir, { recursive: true, force: true }))

/** What the doctor finds when it asks our own servers, with pages at this port and mail at that one. */
async function findings(
  { context }: Pick<House, 'context'>,
  { pages = 0, mail = 0, checks }: { pages?: number; mail?: number; checks: CheckName[] },
) {
  await using world = await openWorld()
  const known = await readSender({ context, dataDir })
  const visit = world.visit()
  const askWeb = openWebAsker({ timeoutMs: 5000, ca: undefined })
  const examined = await examine(
    {
      ...visit,
      sender: { ...known, ownAddresses: [], publicUrl: new URL(`http://${PUBLIC}:${pages}/`) },
      outside: {
        ...visit.outside,
        askWeb: async (question) => askWeb({ ...question, address: '127.0.0.1' }),
        connect: async () => connect({ host: '127.0.0.1', port: mail }),
      },
    },
    checks,
  )
  return examined.flatMap((one) => one.findings).map(({ code }) => code)
}

/** A proxy in front, which says whose request it is. */
async function startProxy(port: number): Promise<Server> {
  const proxy = createServer((question, answer) => {
    const { method, url, headers } = question
    const onward = forward(
      {
        host: '127.0.0.1',
        port,
        method,
        path: url,
        headers: { ...headers, 'x-forwarded-for': '198.51.100.7' },
      },
      (reply) => {
        answer.writeHead(reply.statusCode ?? 500, reply.headers)
        reply.pipe(answer)
      },
    )
    question.pipe(onward)
  })
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve))
  return proxy
}

async function foundBehindProxy(env: NodeJS.ProcessEnv, checks: CheckName[]): Promise<string[]> {
  await using house = await openHouse({ env })
  const listening = Promise.withResolvers<number>()
  const pages = serve({ fetch: webOf(house).fetch, hostname: '127.0.0.1', port: 0 }, ({ port }) =>
    listening.resolve(port),
  )
  const proxy = await startProxy(await listening.promise)
  try {
    return await findings(house, { pages: portOf(proxy), checks })
  } finally {
    proxy.close()
    pages.close()
  }
}

describe('the pages behind a proxy', () => {
  test('are at fault when the proxy is not trusted: every reader has its address', async () => {
    expect(await foundBehindProxy({}, ['proxy'])).toEqual(['proxy-untrusted'])
  })

  test('are right when it is', async () => {
    expect(await foundBehindProxy({ TRUSTED_PROXIES: '127.0.0.0/8' }, ['proxy'])).toEqual(['proxy'])
  })

  test('answer to leaving as mail programs ask for it', async () => {
    expect(await foundBehindProxy({}, ['unsubscribe'])).toEqual(['unsubscribe-http'])
  })
})

test('our own mail server takes a bounce and the postmaster, and refuses what is forged', async () => {
  await using house = await openHouse({ env: { INBOUND_LISTEN: '127.0.0.1:2525' } })
  await changeSetting(house.context, 'bounceDomain', BOUNCE)
  await changeSetting(house.context, 'fromAddress', `news@${BOUNCE}`)
  const reader = {
    read: () => {
      throw new Error('no mail is sent')
    },
  }
  await using server = await openInboundServer({
    ...openInbound(house.context, reader),
    host: '127.0.0.1',
    port: 0,
    name: PUBLIC,
    tls: null,
    log: house.context.log,
  })
  const found = await findings(house, { mail: server.port, checks: ['returns', 'mailboxes'] })

  expect(found).toEqual(['returns', 'mailboxes'])
})
