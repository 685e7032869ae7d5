import { type Extensions, mailCommand, rcptCommand } from '#mail/relay/envelope.ts'
import type { Handover } from '#mail/relay/handover.ts'
import { outcomeOfReply } from '#mail/smtp-reply.ts'

type Command = 'MAIL FROM' | 'RCPT TO' | 'DATA'

/** A mail whose envelope is with the relay, and what the relay says to it. */
export class Offer {
  readonly handover: Handover
  /** The relay does not want this mail; the replies to the rest of its commands may still come. */
  refused = false
  readonly #extensions: Extensions

  constructor(handover: Handover, extensions: Extensions) {
    this.handover = handover
    this.#extensions = extensions
  }

  line(command: Command): string {
    switch (command) {
      case 'MAIL FROM':
        return mailCommand(this.handover, this.#extensions)
      case 'RCPT TO':
        return rcptCommand(this.handover)
      case 'DATA':
        return 'DATA\r\n'
    }
  }

  /** The first refusal is the mail's outcome. False when the session cannot go on after this reply. */
  hear(command: Command, code: number, reply: string): boolean {
    if (code < 400) return code < 300 && command !== 'DATA'
    if (!this.refused) {
      const outcome = outcomeOfReply({ code, reply, command, bodyBegan: false })
      if (!outcome) return false
      this.handover.settle(outcome)
      this.refused = true
    }
    return code !== 421
  }
}
