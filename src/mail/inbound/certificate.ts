import { readFile, stat } from 'node:fs/promises'
import { createSecureContext } from 'node:tls'
import { reasonOf, Refusal } from '#errors.ts'
import type { Log } from '#log.ts'

export type CertificateFiles = { cert: string; key: string }
export type Certificate = { cert: Buffer; key: Buffer }

/** A certificate whose files are replaced while we run, as ACME clients do every few weeks. */
export class CertificateWatch {
  readonly #files: CertificateFiles
  readonly #log: Log
  #seen: string
  readonly first: Certificate

  private constructor(files: CertificateFiles, log: Log, first: [string, Certificate]) {
    this.#files = files
    this.#log = log
    this.#seen = first[0]
    this.first = first[1]
  }

  /** @throws Refusal when there is no usable pair */
  static async open(files: CertificateFiles, log: Log): Promise<CertificateWatch> {
    try {
      return new CertificateWatch(files, log, [await stampOf(files), await readPair(files)])
    } catch (cause) {
      throw new Refusal(
        `INBOUND_TLS_CERT and INBOUND_TLS_KEY are no usable pair (${reasonOf(cause)}): name the full chain and its private key in PEM, in files that this user can read, or leave both unset`,
        { field: 'INBOUND_TLS_CERT', status: 78, cause },
      )
    }
  }

  /** The new certificate, once, when the files changed. Half a change (a new chain, the old key) is looked at again later. */
  async renewed(): Promise<Certificate | undefined> {
    try {
      const stamp = await stampOf(this.#files)
      if (stamp === this.#seen) return undefined
      this.#seen = stamp
      return await readPair(this.#files)
    } catch (error) {
      this.#log.warn(
        { reason: reasonOf(error) },
        'the new certificate for inbound mail is not usable, the old one stays: check INBOUND_TLS_CERT and INBOUND_TLS_KEY',
      )
      return undefined
    }
  }
}

async function stampOf({ cert, key }: CertificateFiles): Promise<string> {
  const stats = await Promise.all([stat(cert), stat(key)])
  return stats.map(({ mtimeMs, ino, size }) => `${mtimeMs} ${ino} ${size}`).join(' ')
}

async function readPair(files: CertificateFiles): Promise<Certificate> {
  const [cert, key] = await Promise.all([readFile(files.cert), readFile(files.key)])
  createSecureContext({ cert, key })
  return { cert, key }
}
