export type TagList = {
  tags: Map<string, string>
  /** In order of appearance. */
  names: string[]
  /** Words that are not `name=value`, and names that are there twice. */
  odd: string[]
}

/** `a=b; c=d`, as DKIM, DMARC, BIMI, MTA-STS and TLS-RPT write their records (RFC 6376 3.2). */
export function parseTagList(text: string): TagList {
  const tags = new Map<string, string>()
  const names: string[] = []
  const odd: string[] = []
  for (const part of text.split(';')) {
    const word = part.trim()
    if (word === '') continue
    const at = word.indexOf('=')
    const name = word.slice(0, Math.max(at, 0)).trim()
    if (!/^[a-z][a-z0-9_]*$/i.test(name)) odd.push(word.slice(0, 60))
    else if (tags.has(name)) odd.push(`${name} twice`)
    else {
      tags.set(name, word.slice(at + 1).trim())
      names.push(name)
    }
  }
  return { tags, names, odd }
}

export function formatTagList(tags: ReadonlyMap<string, string>): string {
  return [...tags].map(([name, value]) => `${name}=${value}`).join('; ')
}
