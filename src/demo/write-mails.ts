import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { InboxMail } from '#mail/inbox-store.ts'
import type { Told } from './run.ts'

/** Every mail of the inbox as files, oldest first: `digest-001.eml`, `.html`, `.txt`. */
export async function writeMails(inbox: Told['inbox'], dir: string): Promise<number> {
  await mkdir(dir, { recursive: true })
  const counts = new Map<string, number>()
  const entries = await everyMail(inbox)
  for (const { id } of entries.toReversed()) {
    const mail = await inbox.get(id)
    const kind = kindOf(mail)
    const number = (counts.get(kind) ?? 0) + 1
    counts.set(kind, number)
    const base = join(dir, `${kind}-${String(number).padStart(3, '0')}`)
    await writeFile(`${base}.eml`, mail.raw)
    await writeFile(`${base}.html`, mail.html)
    await writeFile(`${base}.txt`, mail.text)
  }
  return entries.length
}

async function everyMail(inbox: Told['inbox']): Promise<{ id: string }[]> {
  const entries: { id: string }[] = []
  for (;;) {
    const last = entries.at(-1)
    const page = await inbox.list({
      limit: 100,
      ...(last === undefined ? {} : { before: last.id }),
    })
    if (page.length === 0) return entries
    entries.push(...page)
  }
}

/** The third word of Feedback-ID says what kind of edition it was. */
function kindOf({ headers, subject }: InboxMail): string {
  const feedback = headers.find(({ name }) => name.toLowerCase() === 'feedback-id')?.value
  return feedback?.split(':')[2] ?? (subject.startsWith('Welcome') ? 'welcome' : 'confirmation')
}
