import ipaddr from 'ipaddr.js'

const INSIDE = ['private', 'loopback', 'linkLocal', 'uniqueLocal', 'carrierGradeNat', 'unspecified']

/** Whether nobody outside can reach it. */
export function isInside(address: string): boolean {
  return !ipaddr.isValid(address) || INSIDE.includes(ipaddr.process(address).range())
}
