/** One recipient of a delivery status (RFC 3464, 2.3; RFC 6533). */
export type RecipientStatus = {
  action: string
  status: string | null
  diagnostic: string
}

const MOST_RECIPIENTS = 50

/** The recipients of a report; none when it holds none that can be read. */
export function readDeliveryStatus(text: string): RecipientStatus[] {
  const blocks = text.split(/\r?\n[ \t]*\r?\n/).slice(0, MOST_RECIPIENTS + 1)
  return blocks.map(fieldsOf).flatMap((fields) => {
    const action = (fields.get('action') ?? '').toLowerCase().split(/[\s(;]/)[0] ?? ''
    const status = /([245]\.\d{1,3}\.\d{1,3})/.exec(fields.get('status') ?? '')?.[1] ?? null
    const named = fields.has('final-recipient') || fields.has('original-recipient')
    if (!named && action === '' && status === null) return []
    return [{ action, status, diagnostic: withoutType(fields.get('diagnostic-code') ?? '') }]
  })
}

/** Folded lines belong to the field above; the first of a name counts. */
export function fieldsOf(block: string): Map<string, string> {
  const fields = new Map<string, string>()
  let last: string | undefined
  for (const line of block.split(/\r?\n/).slice(0, 200)) {
    const match = /^([\w-]{1,60})[ \t]*:[ \t]?(.{0,2000})/.exec(line)
    const [, name, value = ''] = match ?? []
    if (name !== undefined && !/^\s/.test(line)) {
      last = name.toLowerCase()
      if (fields.has(last)) last = undefined
      else fields.set(last, value.trim())
    } else if (last !== undefined) {
      fields.set(last, `${fields.get(last) ?? ''} ${line.trim()}`.slice(0, 4000))
    }
  }
  return fields
}

/** `smtp; 550 5.1.1 …` */
function withoutType(diagnostic: string): string {
  return diagnostic.replace(/^[\w-]{1,30}\s*;\s*/, '')
}
