import { composeServiceMail } from '#deliveries/service-message.ts'
import { ensureForm } from '#deliveries/service/form.ts'
import type { Context } from '#context.ts'
import { dateLine } from '#editions/dates.ts'
import { publicationOf, readSettings } from '#editions/publication.ts'
import { withSlash } from '#editions/story-block.ts'
import type { Dkim } from '#mail/dkim/dkim.ts'
import type { Profile } from '#mail/profile.ts'
import { compileDeskNote } from '#mail/templates.ts'

/** A mail as Daybreak sends them, with its signature and a link to its own pages; it stands in no ledger. */
export async function composeTestMail(
  context: Pick<Context, 'db' | 'secrets' | 'config' | 'clock'>,
  { to, dkim, profile }: { to: string; dkim: Dkim; profile: Profile },
): Promise<{ envelope: { from: string; to: string }; bytes: Uint8Array }> {
  const { db, clock, config } = context
  const set = await readSettings({ db })
  const now = clock.now()
  const subject = `${set.name}: a test mail`
  const { html, text } = await compileDeskNote({
    publication: publicationOf(set),
    subject,
    preheader: 'If you read this, mail leaves this machine and arrives.',
    title: 'Mail leaves, and arrives',
    dateLine: dateLine({ language: set.language, timeZone: set.timeZone, now }),
    passages: [
      {
        title: '',
        lines: [
          'This is a test mail of Daybreak, sent by “daybreak test-mail”.',
          'Open its source: “dkim=pass” and “dmarc=pass” in the line Authentication-Results say that your DNS is right.',
        ],
      },
    ],
    link: {
      button: 'Open the sign-up page',
      valid: 'The button leads to the public address of Daybreak.',
    },
    foot: `Sent to ${to} by the machine that sends the mails of ${set.name}.`,
  })
  const page = withSlash(config.publicUrl).href
  const own = (markup: string) => markup.replaceAll('%%slot:deskUrl%%', page)
  const form = await ensureForm(db, { subject, html: own(html), text: own(text) })
  const { envelope, message } = await composeServiceMail(
    { ...context, sender: { dkim } },
    {
      editionId: 0,
      subscriberId: now.getTime(),
      attempt: 1,
      replies: 0,
      email: to,
      publicId: 0,
      addressVersion: 0,
      blocks: [],
      notAfter: now.getTime() + 3_600_000,
      releaseAt: now,
      kind: 'notice',
      form,
      readerId: null,
      payload: {},
    },
  )
  const { bytes } = await message(profile)
  return { envelope, bytes }
}
