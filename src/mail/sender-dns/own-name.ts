import type { RelayConfig } from '../smtp-url.ts'
import type { Dns } from './dns.ts'

export type SenderKey = {
  domain: string
  selector: string
  algorithm: 'rsa-sha256' | 'ed25519-sha256'
  /** It signs now; else it is the next one, or kept for retries. */
  signs: boolean
  /** What to publish. */
  record: { name: string; value: string }
}

/** Under which domains mails leave, and who is asked about them. */
export type OwnName = {
  sender: { fromDomain: string; bounceDomain: string; keys: SenderKey[]; relays: RelayConfig[] }
  outside: { dns: Dns }
}
