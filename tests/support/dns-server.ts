import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { type Answer, AUTHORITATIVE_ANSWER, decode, encode, RECURSION_AVAILABLE } from 'dns-packet'

export type RecordKind = 'A' | 'AAAA' | 'CNAME' | 'MX' | 'PTR' | 'TXT'

export type DnsServer = AsyncDisposable & {
  /** HOST:PORT, as resolvers take it. */
  address: string
  /** What was asked: `TXT example.org`. */
  questions: string[]
  /** Replaces what a name has of a kind; none takes it away. MX is written `10 mail.example.org`. */
  set(kind: RecordKind, name: string, ...values: string[]): void
  get(kind: RecordKind, name: string): string[]
  /** SERVFAIL for every question about the name. */
  fail(name: string): void
}

const NO_SUCH_NAME = 3
const SERVER_FAILURE = 2
const KINDS: readonly string[] = ['A', 'AAAA', 'CNAME', 'MX', 'PTR', 'TXT']

/** A resolver that knows what it was told, over UDP on loopback. */
export async function startDnsServer(): Promise<DnsServer> {
  const zone = new Map<string, string[]>()
  const failing = new Set<string>()
  const questions: string[] = []
  const socket = createSocket('udp4')
  const get = (kind: string, name: string) => zone.get(keyOf(kind, name)) ?? []

  const answersFor = (kind: RecordKind, name: string): Answer[] => {
    const answers: Answer[] = []
    let here = name
    for (let step = 0; step < 8; step += 1) {
      const found = get(kind, here)
      if (found.length > 0 || kind === 'CNAME') {
        answers.push(...found.map((value) => recordOf({ kind, name: here, value })))
        break
      }
      const [alias] = get('CNAME', here)
      if (alias === undefined) break
      answers.push(recordOf({ kind: 'CNAME', name: here, value: alias }))
      here = alias
    }
    return answers
  }
  const rcodeOf = (name: string, answers: Answer[]): number => {
    if (failing.has(name.toLowerCase())) return SERVER_FAILURE
    if (answers.length > 0) return 0
    return KINDS.some((kind) => get(kind, name).length > 0) ? 0 : NO_SUCH_NAME
  }

  socket.on('message', (message, from) => {
    const query = decode(message)
    const [question] = query.questions ?? []
    if (question === undefined) return
    const { name, type } = question
    questions.push(`${type} ${name}`)
    const answers = answersFor(type as RecordKind, name)
    const rcode = rcodeOf(name, answers)
    const reply = encode({
      type: 'response',
      id: query.id ?? 0,
      flags: AUTHORITATIVE_ANSWER | RECURSION_AVAILABLE | rcode,
      questions: [{ type, name }],
      answers: rcode === 0 ? answers : [],
    })
    socket.send(reply, from.port, from.address)
  })
  socket.bind(0, '127.0.0.1')
  await once(socket, 'listening')
  return {
    address: `127.0.0.1:${socket.address().port}`,
    questions,
    set(kind, name, ...values) {
      if (values.length === 0) zone.delete(keyOf(kind, name))
      else zone.set(keyOf(kind, name), values)
    },
    get,
    fail: (name) => void failing.add(name.toLowerCase()),
    async [Symbol.asyncDispose]() {
      socket.close()
      await once(socket, 'close')
    },
  }
}

function keyOf(kind: string, name: string): string {
  return `${kind} ${name.toLowerCase().replace(/\.$/, '')}`
}

function recordOf({
  kind,
  name,
  value,
}: {
  kind: RecordKind
  name: string
  value: string
}): Answer {
  switch (kind) {
    case 'TXT':
      return { type: 'TXT', name, ttl: 1, data: value.match(/.{1,255}/g) ?? [''] }
    case 'MX': {
      const [preference = '10', exchange = ''] = value.split(' ')
      return {
        type: 'MX',
        name,
        ttl: 1,
        data: { preference: Number(preference), exchange: exchange.replace(/\.$/, '') || '.' },
      }
    }
    case 'A':
    case 'AAAA':
      return { type: kind, name, ttl: 1, data: value }
    case 'CNAME':
    case 'PTR':
      return { type: kind, name, ttl: 1, data: value.replace(/\.$/, '') }
  }
}
