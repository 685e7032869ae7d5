/** Where the name of an address stands in the DNS (RFC 1035 3.5, RFC 3596 2.5). */
export function reverseNameOf(address: string): string {
  if (!address.includes(':')) return `${address.split('.').toReversed().join('.')}.in-addr.arpa`
  const [head = '', tail = ''] = address.split('::')
  const groups = head.split(':').filter(Boolean)
  const rest = tail.split(':').filter(Boolean)
  const zeros = Array.from({ length: 8 - groups.length - rest.length }, () => '0')
  const digits = [...groups, ...zeros, ...rest].map((group) => group.padStart(4, '0')).join('')
  return `${digits.split('').toReversed().join('.')}.ip6.arpa`
}
