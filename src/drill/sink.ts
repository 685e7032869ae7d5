import { createServer, type Server } from 'node:net'
import type { SecureContext } from 'node:tls'
import { SinkSession, type Stall, type Taken } from './sink-session.ts'

export type TakenId = [id: string, times: number, edition: number]

export type EditionSeen = { edition: number; mails: number; firstAt: number; lastAt: number }

export type Counts = {
  taken: number
  /** Sessions that stand still, by port. */
  stalled: { midBody: number; afterDot: number }[]
  /** Connections that ended with a body begun and not answered, by port, since the sink was opened. */
  cutOff: number[]
  /** How many more bodies may begin; null: as many as come. */
  left: number | null
  /** Sessions whose 354 waits, by port. */
  waiting: number[]
  editions: EditionSeen[]
}

type Door = { server: Server; sessions: Set<SinkSession>; stallShare: number; cutOff: number }

/**
 * A relay that takes everything and remembers the Message-ID of every whole mail. It has a port for each sending
 * process, so that its sessions can be told apart. How many bodies may begin can be limited, and sessions made to
 * stand still in a body or before the reply.
 */
export class Sink {
  readonly #doors: Door[] = []
  readonly #ids = new Map<string, { times: number; edition: number }>()
  readonly #editions = new Map<number, EditionSeen>()
  readonly #chance: () => number
  readonly #remembers: boolean
  readonly #secure: SecureContext | undefined
  #begun = 0
  #allowed = Infinity
  #taken = 0

  constructor({
    chance,
    remembers,
    secure,
  }: {
    chance: () => number
    remembers: boolean
    secure?: SecureContext | undefined
  }) {
    this.#chance = chance
    this.#remembers = remembers
    this.#secure = secure
  }

  /** @returns its port */
  async open(): Promise<number> {
    const door: Door = {
      // Half open: what a killed sender left in the kernel is still read, and then closed by us.
      server: createServer({ allowHalfOpen: true }),
      sessions: new Set(),
      stallShare: 0,
      cutOff: 0,
    }
    door.server.on('connection', (socket) => {
      const session = new SinkSession(socket, {
        mayBegin: () => this.#mayBegin(),
        stall: () => this.#stallAt(door),
        take: (mail) => this.#take(mail),
        secure: this.#secure,
      })
      door.sessions.add(session)
      socket.once('close', () => {
        if (session.inBody) door.cutOff += 1
        door.sessions.delete(session)
      })
    })
    const listening = Promise.withResolvers<void>()
    door.server.once('error', listening.reject)
    door.server.listen({ host: '127.0.0.1', port: 0, backlog: 1024 }, () => listening.resolve())
    await listening.promise
    this.#doors.push(door)
    const address = door.server.address()
    if (typeof address !== 'object' || address === null) throw new Error('the sink has no port')
    return address.port
  }

  /** This many more bodies may begin; null: as many as come. */
  allow(more: number | null): void {
    this.#allowed = more === null ? Infinity : Math.max(this.#begun, this.#allowedNow()) + more
    for (const { sessions } of this.#doors) {
      for (const session of sessions) if (session.waits && this.#mayBegin()) session.begin()
    }
  }

  /** Lets some of the sessions that wait at a port begin, whatever else is allowed. */
  begin({ port, sessions }: { port: number; sessions: number }): void {
    const waiting = [...this.#door(port).sessions].filter((session) => session.waits)
    for (const session of waiting.slice(0, sessions)) session.begin()
  }

  /** From now on this share of the bodies at a port stands still. */
  stall({ port, share }: { port: number; share: number }): void {
    this.#door(port).stallShare = share
  }

  /** Of the sessions that stand still this share is dropped, as by a relay that crashed; the others go on. */
  release({ port, drop }: { port: number; drop: number }): void {
    const door = this.#door(port)
    door.stallShare = 0
    for (const session of door.sessions) {
      if (session.stalled === 'mid-body' && this.#chance() < drop) session.drop()
      else if (session.stalled !== undefined) session.goOn()
    }
  }

  counts(): Counts {
    const sessions = this.#doors.map((door) => [...door.sessions])
    return {
      taken: this.#taken,
      stalled: sessions.map((list) => ({
        midBody: countStanding(list, 'mid-body'),
        afterDot: countStanding(list, 'after dot'),
      })),
      cutOff: this.#doors.map((door) => door.cutOff),
      left: this.#allowed === Infinity ? null : this.#allowed - this.#begun,
      waiting: sessions.map((list) => list.filter((session) => session.waits).length),
      editions: [...this.#editions.values()],
    }
  }

  /** Every Message-ID with the times that its whole mail was taken, and its edition as the mail says it. */
  ids(): TakenId[] {
    return [...this.#ids].map(([id, { times, edition }]) => [id, times, edition])
  }

  close(): void {
    for (const { server, sessions } of this.#doors) {
      server.close()
      for (const session of sessions) session.drop()
    }
  }

  #allowedNow(): number {
    return this.#allowed === Infinity ? this.#begun : this.#allowed
  }

  #mayBegin(): boolean {
    if (this.#begun >= this.#allowed) return false
    this.#begun += 1
    return true
  }

  #stallAt({ stallShare }: Door): Stall | undefined {
    if (stallShare === 0 || this.#chance() >= stallShare) return undefined
    return this.#chance() < 0.75 ? 'mid-body' : 'after dot'
  }

  #take({ messageId, edition }: Taken): number {
    this.#taken += 1
    if (this.#remembers) {
      const times = (this.#ids.get(messageId)?.times ?? 0) + 1
      this.#ids.set(messageId, { times, edition })
    }
    const now = performance.timeOrigin + performance.now()
    const seen = this.#editions.get(edition)
    if (seen === undefined)
      this.#editions.set(edition, { edition, mails: 1, firstAt: now, lastAt: now })
    else {
      seen.mails += 1
      seen.lastAt = now
    }
    return this.#taken
  }

  #door(port: number): Door {
    const door = this.#doors.find(({ server }) => {
      const address = server.address()
      return typeof address === 'object' && address?.port === port
    })
    if (door === undefined) throw new Error(`the sink has no port ${port}`)
    return door
  }
}

function countStanding(sessions: SinkSession[], stall: Stall): number {
  return sessions.filter((session) => session.stalled === stall).length
}
