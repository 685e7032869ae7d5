import { connect, createServer, type Socket } from 'node:net'
import { sql } from 'kysely'
import { expect, onTestFinished, test } from 'vitest'
import { createPool } from '#db/open.ts'
import { openHouse } from '../house.ts'

test('ids are numbers, alone and in lists', async () => {
  await using house = await openHouse()

  const { rows } = await sql`
    select 7::bigint as one, '{7,9007199254740991,null}'::bigint[] as list, '{}'::bigint[] as none`.execute(
    house.db,
  )

  expect(rows).toEqual([{ one: 7, list: [7, 9_007_199_254_740_991, null], none: [] }])
})

test('a pool has ended when its last connection is closed', async () => {
  await using house = await openHouse()
  const pool = createPool({ url: house.url, max: 4, onError: () => undefined })
  let open = 0
  pool.on('connect', (client) => {
    open += 1
    client.once('end', () => (open -= 1))
  })
  const clients = await Promise.all([pool.connect(), pool.connect(), pool.connect()])
  for (const client of clients) client.release()
  expect(open).toBe(3)

  await pool.end()

  expect(open).toBe(0)
})

test('a server that does not hang up holds no pool', async () => {
  await using house = await openHouse()
  const { url, standStill } = await openDeafRoad(house.url)
  const pool = createPool({ url, max: 1, onError: () => undefined })
  await pool.query('select 1')
  standStill()
  const began = performance.now()

  await pool.end()

  expect(performance.now() - began).toBeGreaterThan(1500)
  expect(performance.now() - began).toBeLessThan(15_000)
})

/** A way to the server on which, from a moment on, nothing arrives any more. */
async function openDeafRoad(target: string): Promise<{ url: string; standStill: () => void }> {
  const url = new URL(target)
  const { hostname, port } = url
  const sockets: Socket[] = []
  const road = createServer({ allowHalfOpen: true }, (near) => {
    const far = connect(Number(port), hostname)
    for (const socket of [near, far]) socket.on('error', () => undefined)
    near.pipe(far)
    far.pipe(near)
    sockets.push(near, far)
  })
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy()
    road.close()
  })
  await new Promise<void>((resolve) => road.listen(0, '127.0.0.1', resolve))
  const address = road.address()
  if (typeof address !== 'object' || address === null) throw new Error('the road has no port')
  url.hostname = '127.0.0.1'
  url.port = String(address.port)
  return {
    url: url.href,
    standStill: () => {
      for (const socket of sockets) socket.unpipe().pause()
    },
  }
}
