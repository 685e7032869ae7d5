import { sql } from 'kysely'
import { z } from 'zod'
import type { Context } from '#context.ts'
import type { Db } from '#db/open.ts'
import { Refusal } from '#errors.ts'
import type { Publication } from '#mail/template-model.ts'
import { parseTimeZone } from '#subscribers/address.ts'

/** What the publisher says of itself, in the words of the masthead and the foot. One row a setting. */
const settings = {
  name: line('the name on the masthead').default('Your Newspaper'),
  url: link('the website').default('https://www.example.org/'),
  logoUrl: link('the address of a logo').nullable().default(null),
  language: z
    .string()
    .refine(isLanguageTag, 'must be a language tag such as en or de-AT')
    .default('en'),
  timeZone: z
    .string()
    .refine(isTimeZone, 'must be a time zone such as Europe/Berlin')
    .default('Europe/London'),
  fromAddress: z.email('must be a mail address').default('news@example.org'),
  replyTo: z.email('must be a mail address that somebody reads').default('newsroom@example.org'),
  bounceDomain: z
    .hostname('must be a domain such as bounce.example.org')
    .default('bounce.example.org'),
  address: line('the postal address').default('Your Newspaper, 1 Example Street, Exampletown'),
  disclaimer: line('the disclaimer').default(
    'The opinions in an article are not necessarily those of the publisher.',
  ),
  privacyUrl: link('the privacy policy').default('https://www.example.org/privacy'),
  correctionsUrl: link('the corrections page').default('https://www.example.org/corrections'),
  correctionsAddress: z.email('must be a mail address').default('corrections@example.org'),
  /** Who gets the Monday note; where it is not set, the reply address. */
  deskAddress: z.email('must be a mail address that the desk reads').nullable().default(null),
  mondayNote: z.enum(['on', 'off'], 'must be on or off').default('on'),
  greeting: line('an editor’s greeting of at most 40 words').nullable().default(null),
  greetingSignedBy: line('who signs the greeting').nullable().default(null),
}

const schema = z.object(settings)
export type Settings = z.infer<typeof schema>
export type SettingName = keyof Settings
const settingNames = schema.keyof().options

/** Without these, mail to real readers would break the law or the trust: they are asked for before the first send. */
const REQUIRED: SettingName[] = [
  'name',
  'url',
  'address',
  'fromAddress',
  'replyTo',
  'bounceDomain',
  'privacyUrl',
]

export async function readSettings({ db }: { db: Db }): Promise<Settings> {
  return schema.parse(
    Object.fromEntries((await listStored(db)).map((row) => [row.name, row.value])),
  )
}

/** @throws Refusal that names the setting and the fix */
export async function changeSetting(
  { db }: Pick<Context, 'db'>,
  name: string,
  value: string,
): Promise<void> {
  const known = settingNames.find((candidate) => candidate === name)
  if (known === undefined) {
    throw new Refusal(`there is no setting "${name}": use one of ${settingNames.join(', ')}`, {
      field: 'name',
    })
  }
  const parsed = settings[known].safeParse(value === '' ? null : value)
  if (!parsed.success) {
    throw new Refusal(`${known} ${parsed.error.issues[0]?.message ?? 'is not usable'}`, {
      field: known,
    })
  }
  await sql`
    insert into setting (name, value) values (${known}, ${JSON.stringify(parsed.data)}::jsonb)
    on conflict (name) do update set value = excluded.value`.execute(db)
}

/** Settings that a send to real readers needs and nobody has set yet. */
export async function listMissingSettings({ db }: { db: Db }): Promise<SettingName[]> {
  const stored = new Set((await listStored(db)).map((row) => row.name))
  return REQUIRED.filter((name) => !stored.has(name))
}

export function publicationOf(set: Settings): Publication {
  const {
    name,
    url,
    logoUrl,
    address,
    disclaimer,
    privacyUrl,
    correctionsUrl,
    correctionsAddress,
    language,
  } = set
  return {
    name,
    url,
    logoUrl,
    address,
    disclaimer,
    privacyUrl,
    correctionsUrl,
    correctionsAddress,
    language,
  }
}

async function listStored(db: Db): Promise<{ name: string; value: unknown }[]> {
  const { rows } = await sql<{
    name: string
    value: unknown
  }>`select name, value from setting limit 200`.execute(db)
  return rows
}

function line(what: string) {
  return z
    .string(`must be a line of text: ${what}`)
    .min(1, `must not be empty: ${what}`)
    .max(500, 'must be at most 500 characters')
    .refine((text) => !/\p{Cc}/u.test(text), 'must be one line without control characters')
}

function link(what: string) {
  return z.url({ protocol: /^https?$/, error: `must be a web address: ${what}` })
}

function isLanguageTag(tag: string): boolean {
  try {
    return Intl.getCanonicalLocales(tag).length === 1
  } catch {
    return false
  }
}

function isTimeZone(name: string): boolean {
  try {
    return parseTimeZone(name) !== ''
  } catch {
    return false
  }
}

export function senderLineOf(
  set: Settings,
  { publicUrl, newsletter }: { publicUrl: URL; newsletter: { slug: string; name: string } },
) {
  const { name, fromAddress, replyTo, bounceDomain } = set
  return {
    name,
    fromAddress,
    replyTo,
    bounceDomain,
    publicUrl: publicUrl.href,
    newsletter: { slug: newsletter.slug, name: newsletter.name },
  }
}
