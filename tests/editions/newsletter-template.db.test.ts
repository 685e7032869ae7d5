import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sql } from 'kysely'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { previewOf } from '#deliveries/preview.ts'
import { runPreflight } from '#deliveries/preflight/run-preflight.ts'
import { planEdition } from '#deliveries/plan.ts'
import { drainLane } from '#deliveries/drain.ts'
import { tellOfBrokenForms } from '#deliveries/service/tell-of-broken-forms.ts'
import { sendEdition } from '#deliveries/send-edition.ts'
import { openSender } from '#deliveries/sender.ts'
import { changeDraft } from '#editions/draft/change-draft.ts'
import { draftAlert } from '#editions/alerts/draft-alert.ts'
import { composeNote } from '#editions/notes/compose-note.ts'
import { parseNote } from '#editions/notes/note.ts'
import {
  listBrokenForms,
  readTemplate,
  removeTemplate,
  setTemplate,
} from '#editions/newsletters/newsletter-template.ts'
import { getEdition } from '#editions/store.ts'
import { readHouseFile } from '#mail/liquid-engines.ts'
import { openInbox } from '#mail/inbox.ts'
import type { FormName } from '#mail/own-forms/form-names.ts'
import { Relays } from '#mail/relays.ts'
import { parseRelays } from '#mail/smtp-url.ts'
import { ingestArticle } from '../articles-fixture.ts'
import { approveDigest, ensureOperator, NO_KEYS } from '../deliveries/send-fixture.ts'
import { addReaders, type House, openHouse } from '../house.ts'
import { NOBODY_ANSWERS } from '../http/web-fixture.ts'

let house: House
beforeEach(async () => {
  house = await openHouse()
})
afterEach(async () => house[Symbol.asyncDispose]())

/** The house's form that says whose it is. */
function ours(form: FormName, words = 'Ours alone'): string {
  const text = readHouseFile(form)
  return form.endsWith('.mjml')
    ? text.replace('<mj-column>', `<mj-column><mj-text>${words}</mj-text>`)
    : `${words}\n${text}`
}

const OWN = { 'digest.mjml': ours('digest.mjml'), 'digest.txt': ours('digest.txt') }
const BAD = { ...OWN, 'digest.txt': `{{ headline }}\n${OWN['digest.txt']}` }

async function set(forms: Record<string, unknown>, slug = 'daily') {
  return setTemplate(house.context, { slug, forms })
}

async function stored(): Promise<unknown> {
  const { rows } =
    await sql`select template, revision from newsletter where slug = 'daily'`.execute(house.db)
  return rows[0]
}

test('forms with a fault are refused with all of its places, and the last good ones stay and are sent', async () => {
  await set(OWN)
  const good = await stored()

  const refused = set(BAD)

  await expect(refused).rejects.toMatchObject({
    name: 'Refusal',
    field: 'digest.txt',
    message: expect.stringMatching(/^digest\.txt, line 1, column 4: there is no “headline” here/),
    detail: { faults: [{ form: 'digest.txt', line: 1, column: 4 }] },
  })
  expect(await stored()).toEqual(good)
  const mail = await sendToInbox(await approveDigest(house))
  expect(mail.html).toContain('Ours alone')
  expect(mail.html).toContain('Council votes to rebuild the fish market')
  expect(mail.text).toMatch(/^Ours alone\n/)
})

/** Through a sending process and SMTP into the built-in inbox. */
async function sendToInbox(editionId: number) {
  const { context } = house
  await addReaders(house, 1)
  await sendEdition(context, { editionId, rule: 'now' })
  await planEdition(context, { editionId })
  const dir = await mkdtemp(join(tmpdir(), 'daybreak-inbox-'))
  try {
    await using inbox = await openInbox({ dir, log: context.log })
    const relays = parseRelays(inbox.url)
    await using out = new Relays({ relays, name: 'localhost', connections: 1, log: context.log })
    await using sender = await openSender(context, { dataDir: dir, relays: out, dkim: NO_KEYS })
    const { signal } = new AbortController()
    await drainLane({ ...context, sender }, { lane: 'digest', signal })
    const [entry] = await inbox.list({ limit: 10 })
    return await inbox.get(entry?.id ?? '')
  } finally {
    await rm(dir, { recursive: true })
  }
}

test('what is approved stays as it was approved, and a change of its draft takes the new forms and voids the approval', async () => {
  await set(OWN)
  const editionId = await approveDigest(house)
  const approved = await getEdition(house.db, editionId)

  await set({ ...OWN, 'digest.mjml': ours('digest.mjml', 'Ours anew') })
  const after = await getEdition(house.db, editionId)
  await changeDraft(house.context, {
    editionId,
    draftNumber: after.draftNumber,
    edits: [{ change: 'subject', text: 'Another subject' }],
    operator: { id: await ensureOperator(house), name: 'ines' },
  })
  const changed = await getEdition(house.db, editionId)

  expect(after).toEqual(approved)
  expect(approved).toMatchObject({ state: 'approved', approvedHash: approved.contentHash })
  expect(JSON.stringify(changed.compiled)).toContain('Ours anew')
  expect(changed.state).toBe('draft')
  expect(changed.approvedHash).not.toBe(changed.contentHash)
})

test('alerts and notes have their forms too, and previews show them', async () => {
  await set({ 'note.mjml': ours('note.mjml'), 'note.txt': ours('note.txt') })
  await set({ 'alert.mjml': ours('alert.mjml') }, 'breaking')
  const { articleId } = await ingestArticle(house.context, {
    headline: 'Harbour closed',
    breaking: true,
  })

  const alert = await draftAlert(house.context, { articleId, operatorId: null })
  const words = { newsletter: 'daily', subject: 'At six', text: 'Dear readers.' }
  const note = await composeNote(house.context, { note: parseNote(words), operatorId: null })

  const alertMail = await previewOf(house.context, await getEdition(house.db, alert.editionId))
  const noteMail = await previewOf(house.context, await getEdition(house.db, note.editionId))
  expect([alertMail.html.includes('Ours alone'), alertMail.text.includes('Ours alone')]).toEqual([
    true,
    false,
  ])
  expect([noteMail.html.includes('Ours alone'), noteMail.text.includes('Ours alone')]).toEqual([
    true,
    true,
  ])
})

test('forms that stop working give way to the house’s, and the checks, the list and the start say so', async () => {
  const broken = JSON.stringify({ 'digest.txt': `\n{{ headline }}\n${OWN['digest.txt']}` })
  await sql`update newsletter set template = ${broken}::jsonb where slug = 'daily'`.execute(
    house.db,
  )

  const editionId = await approveDigest(house)

  const { compiled } = await getEdition(house.db, editionId)
  expect(compiled.houseForms).toContain('undefined variable: headline')
  const { text } = await previewOf(house.context, await getEdition(house.db, editionId))
  expect(text).toContain('Council votes to rebuild the fish market')
  const { findings, fit } = await runPreflight(house.context, {
    editionId,
    random: () => 0.5,
    variants: 1,
    asked: NOBODY_ANSWERS,
  })
  expect(findings).toContainEqual({
    check: 'template',
    outcome: 'warns',
    reason: expect.stringContaining('so the mail has the house’s: undefined variable: headline'),
  })
  expect(fit).toBe(true)
  expect((await readTemplate(house.context, 'daily')).forms).toMatchObject([
    { form: 'digest.mjml', whose: 'house', faults: [] },
    { form: 'digest.txt', whose: 'own', faults: [{ line: 2, column: 4 }] },
    { form: 'correction.mjml' },
    { form: 'correction.txt' },
    { form: 'note.mjml' },
    { form: 'note.txt' },
  ])
  expect(await listBrokenForms(house.context)).toEqual([
    {
      slug: 'daily',
      name: 'Morning digest',
      fault: expect.stringMatching(/^digest\.txt, line 2, column 4: there is no “headline”/),
      key: expect.stringMatching(/^[\da-f]{16}$/),
    },
  ])
})

test('at the start the log and the desk are told of forms that stopped working, the desk once', async () => {
  await set(OWN)
  await tellOfBrokenForms(house.context)
  const fine = await notices()
  await sql`update newsletter set template = '{"note.txt": "{{ gone }}"}' where slug = 'daily'`.execute(
    house.db,
  )

  await tellOfBrokenForms(house.context)
  await tellOfBrokenForms(house.context)

  expect(fine).toEqual([])
  expect(await notices()).toEqual([
    {
      subject: expect.stringMatching(/: The forms of “Morning digest” do not work any more$/),
      text: expect.stringMatching(/note\.txt, line 1, column 4: there is no “gone” here/),
    },
  ])
  const told = house.lines.filter((line) => line.includes('a form of its own does not work'))
  expect(told).toHaveLength(2)
})

async function notices(): Promise<unknown[]> {
  const { rows } = await sql`
    select f.subject, f.text from service_mail m join service_form f on f.content_hash = m.form
     where m.kind = 'notice' order by m.id`.execute(house.db)
  return rows
}

test('a form that is the house’s word for word follows the house, and line ends do not matter', async () => {
  const windows = readHouseFile('note.txt').replaceAll('\n', '\r\n')

  const names = await set({ 'note.txt': windows, 'digest.txt': `\ufeff${OWN['digest.txt']}` })

  expect(names).toEqual(['digest.txt'])
  expect(await stored()).toMatchObject({ template: { 'digest.txt': OWN['digest.txt'] } })
})

test('a newsletter goes back to the house’s forms', async () => {
  await set(OWN)

  const removed = await removeTemplate(house.context, { slug: 'daily' })

  expect(removed).toEqual(['digest.mjml', 'digest.txt'])
  expect(await stored()).toMatchObject({ template: null })
})

test('of two people who saw the same the second is told, and changes nothing', async () => {
  const { revision } = await readTemplate(house.context, 'daily')
  await setTemplate(house.context, { slug: 'daily', forms: OWN, revision })
  const first = await stored()

  const message = 'somebody else changed "Morning digest" since you looked at it'
  const second = { slug: 'daily', forms: { 'note.txt': ours('note.txt') }, revision }
  await expect(setTemplate(house.context, second)).rejects.toThrow(message)
  await expect(removeTemplate(house.context, second)).rejects.toMatchObject({ status: 409 })
  expect(await stored()).toEqual(first)
})

test.each<[what: string, forms: Record<string, unknown>, message: string]>([
  [
    'an alert of a digest',
    { 'alert.mjml': 'x' },
    'there is no form "alert.mjml" of this newsletter: use digest.mjml, digest.txt, correction.mjml',
  ],
  ['a file of the house', { '../look.json': 'x' }, 'there is no form "../look.json"'],
  ['what is no text', { 'digest.txt': 5 }, 'digest.txt must be text'],
])('%s is refused', async (_, forms, message) => {
  await expect(set(forms)).rejects.toThrow(message)
  expect(await stored()).toMatchObject({ template: null, revision: 1 })
})

test('a newsletter that is not there is refused', async () => {
  await expect(set(OWN, 'weekly')).rejects.toThrow('there is no newsletter "weekly": use daily')
})
