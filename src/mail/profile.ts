/** What kind of relay takes the mail. Who signs, which headers survive and what comes back differ between them. */
export const profileNames = ['own', 'generic', 'ses', 'postmark', 'mailgun', 'sendgrid'] as const
export type ProfileName = (typeof profileNames)[number]

export type Profile = {
  name: ProfileName
  /** Whether our own DKIM signature is put on (when there are keys). */
  sign: boolean
  /** Header fields that the relay replaces: they must not be in our signature. Lower case. */
  replaces: readonly string[]
  /** Header lines for this relay only, such as "do not rewrite links", in order. */
  headers: readonly (readonly [name: string, value: string])[]
  /** The header line by which this relay's webhook gives a mail's own token back, where nothing else names the mail. */
  tokenHeader?: (token: string) => readonly [name: string, value: string]
  /** Whether a repeat keeps its Message-ID, so that a receiver can tell it is the same mail. */
  keepsMessageId: boolean
  /** Where returned mails go: to our envelope sender, or to the provider, which tells by webhook. */
  bounces: 'envelope' | 'webhook'
  /** Whether a new sending domain must be warmed up by us. */
  warmUp: boolean
}
