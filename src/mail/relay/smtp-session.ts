import type { Socket } from 'node:net'
import { TLSSocket } from 'node:tls'

import type { Log } from '#log.ts'
import { type Awaited, limitOf, silence, STUCK } from '#mail/relay/awaited-reply.ts'
import type { Extensions } from '#mail/relay/envelope.ts'
import type { Carrier, Handover } from '#mail/relay/handover.ts'
import { Offer } from '#mail/relay/offer.ts'
import type { OpenRelay, Timeouts } from '#mail/relay/open-relay.ts'
import { Outlet } from '#mail/relay/outlet.ts'
import { ReplyReader } from '#mail/relay/reply-reader.ts'
import { cleanReply, finalOutcome } from '#mail/smtp-reply.ts'

/** What a session asks of its pool. */
export type SessionHost = {
  readonly log: Log
  readonly timeouts: Timeouts
  /** Whether mails are offered in one group, and behind the body of the one before. */
  readonly pipelining: boolean
  readonly eager: boolean
  /** The most urgent mail that waits for this session. */
  next(session: SmtpSession): Handover | undefined
  /** The session has no mail: it gets one, waits for one, or is told to quit. */
  idle(session: SmtpSession): void
  gone(session: SmtpSession): void
  /** An untouched mail whose connection died. */
  putBack(handover: Handover): void
  /** The relay got out of step, or closes: no mail is offered to it ahead of its turn any more. */
  outOfStep(reason: string): void
  /** A final reply, after so many ms. */
  answered(ms: number): void
}

const DOT = Buffer.from('.\r\n')
const RSET = 'RSET\r\n'
// The socket takes a smaller body at once, so the next envelope may leave in the same write.
const AT_ONCE = 64 * 1024

/**
 * One warm SMTP session. It holds at most two mails: `#sent`, whose body is with the socket and whose final
 * reply is awaited, and `#offer`, whose envelope has been sent. Replies come in the order of the commands
 * (RFC 2920 3.1), so the queue of awaited replies tells which command each one answers.
 */
export class SmtpSession implements Carrier {
  readonly extensions: Extensions
  mails = 0
  /** When something last happened on the connection, by performance.now(). */
  since = performance.now()
  readonly #socket: Socket
  readonly #outlet: Outlet
  readonly #encrypted: boolean
  readonly #host: SessionHost
  readonly #reader = new ReplyReader((code, text) => this.#reply(code, text))
  readonly #awaited: Awaited[] = []
  #sent: Handover | undefined
  #offer: Offer | undefined
  /** A refused transaction must be cleared before the next one. */
  #unclear = false
  #dotAt = 0
  #state: 'open' | 'quitting' | 'closed' = 'open'

  constructor({ socket, extensions }: OpenRelay, host: SessionHost) {
    this.#socket = socket
    this.#outlet = new Outlet(socket)
    this.#encrypted = socket instanceof TLSSocket
    this.#host = host
    this.extensions = extensions
    socket.on('data', (chunk: Buffer) => this.#read(chunk))
    socket.on('end', () => this.#lost('the relay closed the connection'))
    socket.on('error', (error) => this.#lost(`the connection broke: ${error.message}`))
    socket.on('close', () => this.#lost('the connection was closed'))
    socket.resume()
  }

  get busy(): boolean {
    return this.#sent !== undefined || this.#offer !== undefined
  }

  get leaving(): boolean {
    return this.#state !== 'open'
  }

  get digests(): boolean {
    return (
      this.#sent?.mail.priority === 'digest' || this.#offer?.handover.mail.priority === 'digest'
    )
  }

  /** A mail may be offered behind the one whose final reply is awaited. */
  get takesAhead(): boolean {
    const behind = this.#sent !== undefined && this.#offer === undefined && !this.#outlet.pouring
    return behind && this.#state === 'open' && this.#pipelines && this.#host.eager
  }

  get #pipelines(): boolean {
    return this.extensions.pipelining && this.#host.pipelining
  }

  /** Offers the mail: its envelope goes out now, or behind the body that is on its way. */
  carry(handover: Handover): void {
    this.#write(this.#open(handover))
  }

  /** The commands to write. */
  #open(handover: Handover): Buffer {
    handover.carrier = this
    this.#offer = new Offer(handover, this.extensions)
    this.mails += 1
    let lines = ''
    if (this.#unclear) {
      lines = RSET
      this.#awaited.push('RSET')
      this.#unclear = false
    }
    if (this.#pipelines) {
      lines +=
        this.#offer.line('MAIL FROM') + this.#offer.line('RCPT TO') + this.#offer.line('DATA')
      this.#awaited.push('MAIL FROM', 'RCPT TO', 'DATA')
    } else if (lines === '') {
      lines = this.#offer.line('MAIL FROM')
      this.#awaited.push('MAIL FROM')
    }
    return Buffer.from(lines)
  }

  /** The next command of a relay that takes one at a time. */
  #say(command: 'MAIL FROM' | 'RCPT TO' | 'DATA'): void {
    if (this.#offer) this.#ask(command, this.#offer.line(command))
  }

  #write(bytes: Buffer): void {
    this.since = performance.now()
    this.#outlet.write(bytes)
  }

  #read(chunk: Buffer): void {
    // TLS reports a write as done one turn of the event loop later, when the reply may be here already.
    if (this.#encrypted && this.#socket.writableLength > 0) setImmediate(() => this.#take(chunk))
    else this.#take(chunk)
  }

  #lost(reason: string): void {
    // Behind a reply that was put off.
    if (this.#encrypted) setImmediate(() => this.drop(reason))
    else this.drop(reason)
  }

  #take(chunk: Buffer): void {
    if (this.#state === 'closed') return
    if (!this.#reader.read(chunk)) this.#distrust('the relay sent something that is not SMTP')
  }

  #reply(code: number, text: () => string): boolean {
    this.since = performance.now()
    const command = this.#awaited.shift()
    if (command === undefined) this.#unasked(code, cleanReply(text()))
    else this.#answer(command, code, code >= 400 || command === 'DOT' ? cleanReply(text()) : '')
    return this.#state !== 'closed'
  }

  #unasked(code: number, reply: string): void {
    if (code === 421 && !this.busy) this.drop(reply)
    else this.#distrust(`the relay answered what nobody asked: ${reply}`)
  }

  #answer(command: Awaited, code: number, reply: string): void {
    switch (command) {
      case 'RSET':
        return this.#cleared(code, reply)
      case 'MAIL FROM':
      case 'RCPT TO':
        return this.#envelopeAnswer(command, code, reply)
      case 'DATA':
        return this.#dataAnswer(code, reply)
      case 'DOT':
        return this.#finalAnswer(code, reply)
      case 'EMPTY':
        return this.#emptyAnswer(code, reply)
      case 'QUIT':
        return this.drop('the relay said goodbye')
    }
  }

  #cleared(code: number, reply: string): void {
    if (code >= 300) return this.#distrust(`the relay refused RSET: ${reply}`)
    if (!this.#pipelines) this.#say('MAIL FROM')
  }

  #ask(command: Awaited, line: string): void {
    this.#awaited.push(command)
    this.#write(Buffer.from(line))
  }

  #envelopeAnswer(command: 'MAIL FROM' | 'RCPT TO', code: number, reply: string): void {
    if (!this.#hear(command, code, reply) || this.#pipelines) return
    if (this.#offer?.refused) this.#rest()
    else this.#say(command === 'MAIL FROM' ? 'RCPT TO' : 'DATA')
  }

  #dataAnswer(code: number, reply: string): void {
    if (code === 354) this.#goAhead()
    else if (this.#hear('DATA', code, reply)) this.#rest()
  }

  #hear(command: 'MAIL FROM' | 'RCPT TO' | 'DATA', code: number, reply: string): boolean {
    const usable = this.#offer?.hear(command, code, reply) === true
    if (!usable) this.#distrust(reply || `the relay answered ${command} with ${code}`)
    return usable
  }

  /** The transaction ended without a body. */
  #rest(): void {
    this.#offer = undefined
    this.#unclear = true
    this.#host.idle(this)
  }

  #goAhead(): void {
    if (this.#offer?.refused) {
      this.#offer = undefined
      this.#awaited.push('EMPTY')
      return this.#write(DOT)
    }
    // One turn later the owners of settled mails have handed over new ones: body and next envelope share a write.
    queueMicrotask(() => process.nextTick(() => this.#begin()))
  }

  #begin(): void {
    const handover = this.#offer?.handover
    if (!handover || this.#state === 'closed') return
    // After its 354 a mail can only be taken back with the connection: a lone dot would send an empty one.
    if (handover.settled || !handover.begin()) return this.drop('the mail was held back')
    this.#offer = undefined
    this.#sent = handover
    this.#awaited.push('DOT')
    const alive = (): void => void (this.since = performance.now())
    alive()
    this.#outlet.pour(handover.bytes, alive, (last) => this.#endBody(last))
  }

  #endBody(last: Buffer): void {
    this.#dotAt = this.since
    const atOnce = last.length <= AT_ONCE && this.takesAhead
    const following = atOnce ? this.#host.next(this) : undefined
    this.#outlet.end(last, following ? Buffer.concat([DOT, this.#open(following)]) : DOT)
    if (!atOnce && this.takesAhead) this.#host.idle(this)
  }

  #finalAnswer(code: number, reply: string): void {
    if (code >= 300 && code < 400) {
      return this.#distrust(`the relay answered the mail with ${code}`)
    }
    const handover = this.#sent
    const flushed = this.#outlet.flushed
    this.#sent = undefined
    if (flushed) this.#host.answered(this.since - this.#dotAt)
    handover?.settle(finalOutcome({ code, reply, flushed }), flushed)
    if (!flushed) this.#distrust(`the relay answered before the mail had ended: ${reply}`)
    else if (code === 421 || code === 503) this.#distrust(reply)
    else if (!this.#offer) this.#host.idle(this)
  }

  #emptyAnswer(code: number, reply: string): void {
    if (code < 300) this.#host.log.warn({ code }, 'the relay took an empty mail without recipients')
    if (code === 421) this.#distrust(reply)
    else this.#host.idle(this)
  }

  /** The relay closes, or cannot be followed any more. */
  #distrust(reason: string): void {
    this.#host.outOfStep(reason)
    this.drop(reason)
  }

  /** Its sender called it back. One that others wait behind leaves when the relay asks for its body. */
  abandon(handover: Handover): void {
    if (handover === this.#offer?.handover && !this.#sent) this.drop('the mail was called back')
  }

  /** Says goodbye; the relay's answer closes. */
  quit(): void {
    if (this.#state !== 'open') return
    this.#state = 'quitting'
    this.#ask('QUIT', 'QUIT\r\n')
  }

  /** Ends a session that has waited too long. */
  check(now: number): void {
    const command = this.#awaited[0]
    if (command === undefined) return
    const { timeouts } = this.#host
    const stuck = command === 'DOT' && !this.#outlet.flushed
    const limit = stuck ? timeouts.stall : limitOf(command, timeouts)
    if (now - this.since <= limit) return
    const reason = `${stuck ? STUCK : silence(command)} (${limit / 1000} s)`
    // Not to be repeated elsewhere: the next connection would make it wait as long.
    if (!this.#sent) this.#offer?.handover.settle({ kind: 'unsent', reason, offered: true })
    this.drop(reason)
  }

  /** Ends the session now. A begun mail is uncertain; an untouched one goes to another connection, once. */
  drop(reason: string): void {
    if (this.#state === 'closed') return
    this.#state = 'closed'
    this.#socket.destroy()
    this.#sent?.settle({ kind: 'uncertain', reason })
    const offered = this.#offer?.handover
    this.#sent = undefined
    this.#offer = undefined
    if (this.mails > 1 && offered?.again === false && !offered.settled) this.#host.putBack(offered)
    else offered?.settle({ kind: 'unsent', reason, offered: true })
    this.#host.gone(this)
  }
}
