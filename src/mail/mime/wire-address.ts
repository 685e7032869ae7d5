import { domainToASCII } from 'node:url'

const PLAIN = /^[\w!#$%&'*+/=?^`{|}~.-]+@[A-Za-z0-9.-]+$/
const FORBIDDEN = /[\p{Cc}\p{Cf}\p{Cs}\s"(),:;<>@[\\\]]/u
const LONGEST = 254

/**
 * An address as it stands in a header and in an envelope: the domain as A-labels, an international local part in
 * UTF-8 (RFC 6531). The last line of defence; the address itself stays out of the message, which is logged.
 */
export function wireAddress(address: string, field: string): string {
  if (address.length <= LONGEST && PLAIN.test(address)) return address
  const at = address.lastIndexOf('@')
  const local = address.slice(0, at)
  const domain = address.slice(at + 1)
  if (at < 1 || FORBIDDEN.test(local) || FORBIDDEN.test(domain))
    throw new Error(`the ${field} address of a mail has a forbidden character`)
  // domainToASCII reads a host as a URL has it: it would cut "example.org/x" short and decode "%6d".
  const ascii = /[/?#%]/.test(domain) ? '' : domainToASCII(domain)
  const wired = `${local}@${ascii}`
  if (ascii === '') throw new Error(`the ${field} address of a mail has no domain`)
  if (Buffer.byteLength(wired) > LONGEST)
    throw new Error(`the ${field} address of a mail is longer than ${LONGEST} bytes`)
  return wired
}
