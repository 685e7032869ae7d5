/** What an address of ours is for. */
export type InboundKind =
  /** The envelope sender of one mail of ours: what comes here is about that mail. */
  | 'bounce'
  /** The mailbox of List-Unsubscribe. */
  | 'unsubscribe'
  /** Where feedback loops send complaints. */
  | 'feedback'
  /** Read by people: postmaster and abuse (RFC 5321 4.5.1, RFC 2142). */
  | 'desk'

export type InboundMail = {
  channel: 'smtp' | 'imap'
  kind: InboundKind
  /** The address of ours that it came to, as it was written. */
  address: string
  /** The envelope sender; empty for a bounce as it should be. */
  sender: string
  bytes: Uint8Array
}

/** What an address is for; undefined: there is no such address. */
export type MayTake = (address: string) => Promise<InboundKind | undefined>

/** Resolves when the mail is kept: only then is the other side told so. Rejects when it must be offered again. */
export type TakeMail = (mail: InboundMail) => Promise<void>

/** A bounce that quotes a whole digest has about 150 kB. */
export const LARGEST_MAIL = 1024 * 1024
