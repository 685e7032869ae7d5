import { createServer, type Server, type Socket } from 'node:net'
import { TLSSocket } from 'node:tls'

import { certificate } from './certificate.ts'
import {
  type Act,
  FakeSession,
  type Now,
  type Reply,
  type Role,
  type Seen,
  type Stage,
} from './fake-session.ts'

export type Script = (now: Now) => Act | undefined

export type FakeRelayOptions = {
  script?: Script
  extensions?: string[]
  /** Announces STARTTLS, or with `always` speaks TLS from the first byte. */
  tls?: 'starttls' | 'always'
  /** How replies reach the wire: in one piece, cut in two, or byte by byte. */
  pieces?: 'whole' | 'halves' | 'bytes'
  /** More connections than this are greeted with 421. */
  atOnce?: number
}

export type FakeRelay = AsyncDisposable &
  Seen & {
    url: string
    port: number
    sessions: number
    /** How many mails arrived more than once, by Message-ID. */
    doubled(): number
    /** Resolves when a session reaches the stage. */
    reached(stage: Stage): Promise<void>
    dropAll(): void
    /** Reads nothing more from the connections there are. */
    pause(): void
  }

/** A relay that misbehaves exactly where the script says. */
export async function startFakeRelay(options: FakeRelayOptions = {}): Promise<FakeRelay> {
  const waiting = new Map<Stage, () => void>()
  const sockets = new Set<Socket>()
  const server = createServer({ noDelay: true })
  const fake: FakeRelay = {
    url: '',
    port: 0,
    mails: [],
    bodies: [],
    partial: [],
    commands: [],
    sessions: 0,
    doubled: () => fake.mails.length - new Set(fake.mails.map(({ id }) => id)).size,
    reached: (stage) => new Promise((resolve) => waiting.set(stage, resolve)),
    dropAll: () => sockets.forEach((socket) => socket.destroy()),
    pause: () => sockets.forEach((socket) => socket.pause()),
    async [Symbol.asyncDispose]() {
      fake.dropAll()
      await new Promise((resolve) => server.close(resolve))
    },
  }
  server.on('connection', (socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
    socket.on('error', () => {})
    fake.sessions += 1
    const session = fake.sessions
    const act: Role['act'] = (now) => {
      waiting.get(now.stage)?.()
      return options.script?.({ ...now, session })
    }
    const role: Role = {
      act,
      session,
      extensions: options.extensions ?? ['PIPELINING', 'SIZE 0'],
      starttls: options.tls === 'starttls',
      pieces: options.pieces ?? 'whole',
      full: sockets.size > (options.atOnce ?? Infinity),
    }
    const wire =
      options.tls === 'always' ? new TLSSocket(socket, { isServer: true, ...certificate }) : socket
    new FakeSession(wire, fake, role).greet()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  fake.port = portOf(server)
  fake.url = `${options.tls === 'always' ? 'smtps' : 'smtp'}://127.0.0.1:${fake.port}`
  return fake
}

export function portOf(server: Server): number {
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the fake relay has no port')
  return address.port
}

/** The act at one stage, for every session and mail. */
export function at(stage: Stage, act: Act): Script {
  return (now) => (now.stage === stage ? act : undefined)
}

/** The first try of each recipient is put off. */
export function greylisting(reply: Reply = '451 4.7.1 Greylisted, try again'): Script {
  const seen = new Set<string>()
  return ({ stage, to }) => {
    if (stage !== 'rcpt' || seen.has(to)) return undefined
    seen.add(to)
    return reply
  }
}

/** A session takes so many mails, then says 421 and closes. */
export function closingAfter(mails: number): Script {
  return ({ stage, mail }) =>
    stage === 'mail' && mail > mails
      ? { reply: '421 4.7.0 Too many mails on this connection', thenDrop: true }
      : undefined
}
