export type Level = 'right' | 'hint' | 'warning' | 'fault'

export type RecordToPublish = { name: string; type: 'TXT' | 'MX' | 'A' | 'PTR'; value: string }

export type Finding = {
  level: Level
  /** For scripts, and stable: `spf-missing`. */
  code: string
  /** What is so, in one sentence. */
  says: string
  fix?: string
  records?: RecordToPublish[]
  /** A file to serve, for what is not published in the DNS alone. */
  file?: { url: string; text: string }
}

type Fix = Pick<Finding, 'fix' | 'records' | 'file'>

export const right = (code: string, says: string): Finding => ({ level: 'right', code, says })
export const hint = (code: string, says: string, fix: Fix = {}): Finding => ({
  level: 'hint',
  code,
  says,
  ...fix,
})
export const warning = (code: string, says: string, fix: Fix = {}): Finding => ({
  level: 'warning',
  code,
  says,
  ...fix,
})
export const fault = (code: string, says: string, fix: Fix = {}): Finding => ({
  level: 'fault',
  code,
  says,
  ...fix,
})

/** The line for a zone file. A TXT record is made of strings of at most 255 bytes (RFC 1035 3.3). */
export function zoneLineOf({ name, type, value }: RecordToPublish): string {
  if (type !== 'TXT') return `${name}. IN ${type} ${value}`
  const strings = value.replace(/["\\]/g, '\\$&').match(/.{1,255}/g) ?? ['']
  return `${name}. IN TXT ${strings.map((text) => `"${text}"`).join(' ')}`
}
