import { dnsRecordOf } from '../dkim/dns-record.ts'
import { readKeyFolder } from '../dkim/key-folder.ts'
import type { SenderKey } from './own-name.ts'

/** The keys of a folder, with what the DNS should say of each. */
export async function readSenderKeys(dir: string): Promise<SenderKey[]> {
  const { keys, inUse } = await readKeyFolder(dir)
  return keys.map((key) => ({
    domain: key.domain,
    selector: key.selector,
    algorithm: key.algorithm,
    signs: inUse.get(key.domain)?.includes(key.selector) === true,
    record: dnsRecordOf(key),
  }))
}
