import { hkdfSync } from 'node:crypto'
import type { Secrets } from '#secrets.ts'
import { clickReaderKey, KeyedHash } from '#subscribers/keyed-hash.ts'

/** Names that recognise a reader within one edition and a network within one day, and nothing beyond. */
export type ClickHashes = {
  readerOf(reader: { publicId: number; editionId: number }): string
  networkOf(network: string, now: Date): string
}

/** 16 and 8 bytes, as hex. */
export function clickHashes({ tokenKey }: Pick<Secrets, 'tokenKey'>): ClickHashes {
  const readers = clickReaderKey({ tokenKey })
  const networks = new KeyedHash(
    Buffer.from(hkdfSync('sha256', tokenKey, '', 'daybreak click network', 32)),
  )
  return {
    readerOf: ({ publicId, editionId }) =>
      readers.hexOf(Buffer.from(`${editionId} ${publicId}`)).slice(0, 32),
    networkOf: (network, now) =>
      networks.hexOf(Buffer.from(`${now.toISOString().slice(0, 10)} ${network}`)).slice(0, 16),
  }
}
