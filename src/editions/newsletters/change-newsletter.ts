import type { Context } from '#context.ts'
import { inTransaction } from '#db/transaction.ts'
import { Refusal } from '#errors.ts'
import {
  type NewsletterSettings,
  parseSetting,
  settingNames,
  type SettingName,
} from './newsletter-settings.ts'
import {
  findSettings,
  insertNewsletter,
  lockNewsletter,
  saveSettings,
  type StoredNewsletter,
} from './settings-store.ts'

/** @throws Refusal that lists the newsletters there are */
export async function getNewsletterSettings(
  { db }: Pick<Context, 'db'>,
  slug: string,
): Promise<StoredNewsletter> {
  const { found, known } = await findSettings(db, slug)
  if (found !== undefined) return { ...found, settings: inOrder(found.settings) }
  throw new Refusal(`there is no newsletter "${slug.slice(0, 60)}": use ${known.join(', ')}`, {
    field: 'newsletter',
    status: 404,
  })
}

/** As people think of them: PostgreSQL keeps keys by their length. */
function inOrder(settings: NewsletterSettings): NewsletterSettings {
  const pairs = Object.entries(settings).toSorted(([one], [other]) => placeOf(one) - placeOf(other))
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the same keys and values
  return Object.fromEntries(pairs) as NewsletterSettings
}

function placeOf(name: string): number {
  return settingNames.findIndex((one) => one === name)
}

/**
 * Changes settings of a newsletter; what is drafted from then on follows them. All or none: one that is wrong leaves the
 * others as they were. With `revision`, of two people who saw the same the second is told.
 * @throws Refusal that names the setting and the fix
 */
export async function changeNewsletter(
  context: Pick<Context, 'db' | 'clock'>,
  {
    slug,
    changes,
    revision,
  }: { slug: string; changes: Readonly<Record<string, unknown>>; revision?: number | undefined },
): Promise<StoredNewsletter> {
  const parsed = parseAll(changes)
  return inTransaction(context.db, async (db) => {
    await lockNewsletter(db, slug)
    const before = await getNewsletterSettings({ db }, slug)
    if (revision !== undefined && before.revision !== revision)
      throw new Refusal(
        `somebody else changed "${before.name}" since you looked at it (it is at change ${before.revision}, you saw ${revision}): look at it again`,
        { status: 409, field: 'revision' },
      )
    const settings = { ...before.settings, ...parsed }
    refuseTogether(before, settings)
    await saveSettings(db, { id: before.id, settings, now: context.clock.now() })
    return getNewsletterSettings({ db }, slug)
  })
}

/** @throws Refusal when the name is taken, or not one for an address */
export async function addNewsletter(
  context: Pick<Context, 'db' | 'clock'>,
  {
    slug,
    name,
    description,
    kind,
  }: { slug: string; name: string; description: string; kind: string },
): Promise<StoredNewsletter> {
  if (!/^[a-z0-9]+(-[a-z0-9]+)*$/.test(slug) || slug.length > 60)
    throw new Refusal('a newsletter is named with a-z, 0-9 and dashes, such as "evening-digest"', {
      field: 'slug',
    })
  if (kind !== 'digest' && kind !== 'alerts')
    throw new Refusal('kind must be digest or alerts', { field: 'kind' })
  const clean = name.replace(/\s+/g, ' ').trim()
  if (clean === '' || clean.length > 80)
    throw new Refusal('name must be a line of at most 80 characters', { field: 'name' })
  const made = await insertNewsletter(context.db, {
    slug,
    name: clean,
    description: description.replace(/\s+/g, ' ').trim().slice(0, 300),
    kind,
    now: context.clock.now(),
  })
  if (!made)
    throw new Refusal(`there is a newsletter "${slug}" already`, { field: 'slug', status: 409 })
  return getNewsletterSettings(context, slug)
}

function parseAll(changes: Readonly<Record<string, unknown>>): Partial<NewsletterSettings> {
  const entries = Object.entries(changes)
  if (entries.length === 0)
    throw new Refusal(`say what to change: ${settingNames.join(', ')}`, { field: 'setting' })
  return Object.assign(
    {},
    ...entries.map(([name, value]) => {
      const known = settingNames.find((one): one is SettingName => one === name)
      if (known === undefined)
        throw new Refusal(
          `there is no setting "${name.slice(0, 40)}": use one of ${settingNames.join(', ')}`,
          {
            field: name.slice(0, 40),
          },
        )
      return { [known]: parseSetting(known, value) }
    }),
  )
}

/** What is right by itself and wrong together. */
function refuseTogether({ kind }: StoredNewsletter, settings: NewsletterSettings): void {
  if (settings.minimum > settings.maximum)
    throw new Refusal(`minimum (${settings.minimum}) is more than maximum (${settings.maximum})`, {
      field: 'minimum',
    })
  if ((settings.quietFrom === null) !== (settings.quietUntil === null))
    throw new Refusal(
      'quiet hours have a beginning and an end: set quietFrom and quietUntil together',
      { field: 'quietFrom' },
    )
  if (settings.linkParameters !== null && settings.linkHosts.length === 0)
    throw new Refusal(
      'linkParameters are for your own hosts only: name them with linkHosts=www.example.org',
      { field: 'linkHosts' },
    )
  if ((kind === 'alerts') !== (settings.rhythm === 'instant'))
    throw new Refusal('rhythm of a digest is daily, weekly or custom, and of alerts instant', {
      field: 'rhythm',
    })
  if (kind === 'alerts' && settings.automatic)
    throw new Refusal('alerts have no hour: only a digest comes by the clock', {
      field: 'automatic',
    })
}
