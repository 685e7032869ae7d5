import { randomBytes } from 'node:crypto'
import { Refusal } from '#errors.ts'
import type { Secrets } from '#secrets.ts'
import { type Address, normaliseAddress } from '../address.ts'
import { KeyedHash } from '../keyed-hash.ts'

/** Domains that repeat are checked once: most lists have a few hundred. */
const KEPT_DOMAINS = 20_000
/** A name that no rule of addresses could change or refuse. */
const PLAIN = /^([a-z0-9_-]+(?:[.+][a-z0-9_-]+)*)@([a-z0-9.-]+)$/i

/** Addresses of a list, a million at a time: what `normaliseAddress` and `hashAddress` say of each. */
export class AddressReader {
  readonly #hash: KeyedHash
  readonly #domains = new Map<string, string>()

  constructor({ suppressionKey }: Pick<Secrets, 'suppressionKey'>) {
    this.#hash = new KeyedHash(suppressionKey)
  }

  /** The address, or what is wrong with it. */
  read(text: string): Address | string {
    const [, local = '', typed = ''] = PLAIN.exec(text) ?? []
    const domain = local.length > 0 && local.length <= 64 ? this.#domains.get(typed) : undefined
    if (domain !== undefined && local.length + domain.length < 254)
      return { email: `${local}@${domain}`, domain }
    try {
      const address = normaliseAddress(text)
      if (this.#domains.size < KEPT_DOMAINS)
        this.#domains.set(text.slice(text.lastIndexOf('@') + 1), address.domain)
      return address
    } catch (error) {
      if (error instanceof Refusal) return error.message
      throw error
    }
  }

  /** Hexadecimal. */
  hashOf(email: string): string {
    return this.#hash.hexOf(Buffer.from(email.toLowerCase()))
  }
}

const PUBLIC_ID_BYTES = 6

/** 48 random bits each, as every reader's: a thousand at a time, for the call costs more than the bytes. */
export class PublicIds {
  #bytes = Buffer.alloc(0)
  #at = 0

  next(): string {
    if (this.#at === this.#bytes.length) {
      this.#bytes = randomBytes(PUBLIC_ID_BYTES * 1000)
      this.#at = 0
    }
    const id = this.#bytes.readUIntBE(this.#at, PUBLIC_ID_BYTES)
    this.#at += PUBLIC_ID_BYTES
    return String(id)
  }
}
