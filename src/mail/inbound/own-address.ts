/** Where mail servers write down whom a mail was for, the surest first; the last two are the sender's own. */
export const ADDRESS_HEADERS = [
  'delivered-to',
  'x-original-to',
  'envelope-to',
  'x-envelope-to',
  'to',
  'cc',
]

// A server may put its own before it: qmail a user's name and a hyphen, others a box and a plus sign.
const OURS = /(?<![a-z0-9])(?:[bu]-[a-z2-7]{56}|fbl|abuse|postmaster)@[a-z0-9.-]{1,253}/gi

/** More than a mail of ours could have been for. */
const MOST = 20

/** Addresses in a header that look like ours; whether they are is for somebody else to say. */
export function addressesIn(header: string): string[] {
  const fields = header.replace(/\r?\n[ \t]+/g, ' ').split(/\r?\n/)
  const found = ADDRESS_HEADERS.flatMap((name) =>
    fields
      .filter((field) => field.slice(0, name.length + 1).toLowerCase() === `${name}:`)
      .flatMap((field) => field.slice(name.length + 1).match(OURS) ?? []),
  )
  return [...new Set(found.map((address) => address.toLowerCase()))].slice(0, MOST)
}

/** The envelope sender as the server that delivered the mail noted it; empty where it noted none. */
export function returnPathIn(header: string): string {
  return /^return-path:[ \t]*<?([^<>\r\n]*)>?/im.exec(header)?.[1]?.trim() ?? ''
}
