import type { Cadence } from '../consent/consent-store.ts'
import type { Subscriber } from '../store.ts'
import type { Coming } from './next-mail.ts'

export type NewsletterChoice = Coming & {
  id: number
  slug: string
  name: string
  description: string
  /** What the reader can have it as. */
  options: readonly Cadence[]
  /** Of alerts: whether further ones on a story are wanted too. */
  updates: boolean
}

export type TopicChoice = {
  id: number
  slug: string
  name: string
  /** Null: the reader has not chosen. */
  cadence: Cadence | null
}

export type Overview = {
  subscriberId: number
  publicId: number
  state: Subscriber['state']
  email: string
  addressVersion: number
  /** Mails to this address are stopped in a way that only a new sign-up ends. */
  closed: boolean
  newsletters: NewsletterChoice[]
  topics: TopicChoice[]
  /** The reader's own hour for digests: HH:MM; null: each newsletter's. */
  hour: string | null
  timeZone: string
  /** BCP 47. */
  language: string
  /** Null where no pause is on. */
  snoozedUntil: Date | null
  /** When the next mail comes; undefined where that has no time: alerts, or nothing. */
  next: Date | undefined
}
