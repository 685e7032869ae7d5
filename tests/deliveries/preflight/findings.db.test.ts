import { sql } from 'kysely'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { overrideCheck } from '#deliveries/preflight/override-check.ts'
import { draftAlert } from '#editions/alerts/draft-alert.ts'
import { composeNote } from '#editions/notes/compose-note.ts'
import { parseNote } from '#editions/notes/note.ts'
import { getEdition } from '#editions/store.ts'
import { ingestArticle } from '../../articles-fixture.ts'
import { addReaders, type House, openHouse } from '../../house.ts'
import { approveDigest, ensureOperator } from '../send-fixture.ts'
import { answering, editAs, lookAt } from './preflight-fixture.ts'

let house: House
let editionId: number
beforeEach(async () => {
  house = await openHouse()
  await addReaders(house, 3)
  editionId = await approveDigest(house)
})
afterEach(async () => house[Symbol.asyncDispose]())

const look = async (fetch = answering(200)) => lookAt(house, { editionId, fetch })
const edit = async (change: Parameters<typeof editAs>[1]['edit']) =>
  editAs(house, { editionId, edit: change })

async function lead(): Promise<{ storyId: number; articleId: number }> {
  const { rows } = await sql<{ storyId: number; articleId: number }>`
    select story_id as "storyId", article_id as "articleId" from edition_story
     where edition_id = ${editionId} and position = 0`.execute(house.db)
  return rows[0] ?? { storyId: 0, articleId: 0 }
}

/** The first form of every story, with something else in it. */
async function rewrite(part: 'html' | 'text', change: (before: string) => string): Promise<void> {
  const { compiled } = await getEdition(house.db, editionId)
  if (compiled.form === 'single') compiled[part] = change(compiled[part])
  else
    for (const { lead: first, item } of compiled.digest.stories)
      for (const form of [first, item]) form[part] = change(form[part])
  await sql`update edition set compiled = ${JSON.stringify(compiled)}::jsonb where id = ${editionId}`.execute(
    house.db,
  )
}

const BOX = {
  kind: 'sponsor' as const,
  label: 'Sponsor',
  text: 'Boots for the quay.',
  image: { url: 'https://boots.example/boot.jpg', alt: 'A boot', width: 560, height: 300 },
  link: { url: 'http://boots.example/', words: 'To the boots' },
  after: 1,
  from: null,
  until: null,
}

describe('links', () => {
  test('of boxes and their pictures are asked for too, and not ours', async () => {
    await edit({ change: 'add box', box: BOX })
    const asked: string[] = []

    const { of } = await look(async (asking) => {
      asked.push(asking.url)
      return answering(asking.url.includes('boot') ? 404 : 200)(asking)
    })

    expect(asked).toEqual(
      expect.arrayContaining([BOX.image.url, expect.stringMatching(/boots\.example\/(\?|$)/)]),
    )
    expect(asked.filter((url) => url.startsWith(house.context.config.publicUrl.href))).toEqual([])
    expect(new Set(asked).size).toBe(asked.length)
    expect(of('links')).toMatchObject({ outcome: 'warns' })
    expect(of('links')?.reason).toContain(`the picture ${BOX.image.url} answers 404`)
    expect(of('links')?.reason).toContain('is not https')
  })

  test('that is not https warns though nobody answers', async () => {
    await edit({ change: 'add box', box: BOX })

    const { of } = await look(async () => {
      throw new Error('no network')
    })

    expect(of('links')?.reason).toMatch(/http:\/\/boots\.example\/\S* is not https/)
  })
})

describe('pictures', () => {
  test('without words warn, those of boxes too', async () => {
    await edit({ change: 'add box', box: BOX })
    await sql`update edition set draft = jsonb_set(draft, '{boxes,0,image,alt}', '" "') where id = ${editionId}`.execute(
      house.db,
    )

    expect((await look()).of('pictures')).toMatchObject({
      outcome: 'warns',
      reason: expect.stringContaining('the box “Sponsor”'),
    })
  })
})

describe('leftovers', () => {
  test.each([
    ['in the subject', 'Your *|FNAME|* digest'],
    ['of slots', 'What %%slot:name is'],
    ['of programs', 'Hello ${name}'],
  ])('%s stop', async (_, text) => {
    await edit({ change: 'subject', text })

    expect((await look()).of('leftovers')?.outcome).toBe('stops')
  })

  test('of a link to nothing stop', async () => {
    await rewrite(
      'html',
      (html) => `${html}<p><a href="https://courier.example/undefined">more</a></p>`,
    )

    expect((await look()).of('leftovers')?.outcome).toBe('stops')
  })

  test('are not words that news may hold', async () => {
    await edit({ change: 'subject', text: 'Nan Goldin on an undefined border: null and void' })

    expect((await look()).of('leftovers')?.outcome).toBe('passed')
  })
})

describe('summaries', () => {
  test('of a model are compared with the article again', async () => {
    const said = [
      {
        text: 'The council of Port Ansel spent 99.9 million crowns.',
        paragraph: 0,
        start: 0,
        end: 40,
      },
    ]
    await sql`update summary set method = 'llm', sentences = ${JSON.stringify(said)}::jsonb`.execute(
      house.db,
    )

    const { of, fit } = await look()

    expect(fit).toBe(false)
    expect(of('summaries')).toMatchObject({
      outcome: 'stops',
      reason: expect.stringContaining('99.9 million'),
    })
  })

  test('that a person wrote warn where a number is not in the article', async () => {
    const { storyId } = await lead()
    await edit({ change: 'summary', story: storyId, text: 'The works cost 99.9 million crowns.' })

    const { of, fit } = await look()

    expect(fit).toBe(true)
    expect(of('summaries')).toMatchObject({
      outcome: 'warns',
      reason: expect.stringMatching(/ines wrote “The works cost 99\.9 .*a number in it/),
    })
  })
})

describe('the form of the mails', () => {
  test('that breaks a rule warns', async () => {
    await rewrite('html', (html) => `${html}<img src="https://courier.example/a.jpg">`)

    expect((await look()).of('mail rules')).toMatchObject({
      outcome: 'warns',
      reason: expect.stringContaining('a picture has no alt'),
    })
  })

  test('whose text leaves out a story warns', async () => {
    await rewrite('text', () => 'More on our pages.\n')

    expect((await look()).of('text part')).toMatchObject({
      outcome: 'warns',
      reason: expect.stringContaining('leaves out'),
    })
  })

  test('that grows over 90 KB stops', async () => {
    await rewrite('html', (html) => `${html}<p>${'A long line of words. '.repeat(4500)}</p>`)

    expect((await look()).of('size')).toMatchObject({
      outcome: 'stops',
      reason: expect.stringContaining('drop a story or a box'),
    })
  })

  test('that cannot be made at all stops, and nobody lets that pass', async () => {
    await sql`update edition set compiled = jsonb_set(compiled, '{digest,stories}', '[]') where id = ${editionId}`.execute(
      house.db,
    )
    const operatorId = await ensureOperator(house)

    expect((await look()).of('mails')).toMatchObject({ outcome: 'stops' })
    for (const check of ['mails', 'withdrawn', 'links'])
      await expect(
        overrideCheck(house.context, { editionId, check, operatorId, reason: 'now' }),
      ).rejects.toThrow(check)
  })
})

describe('what is around it', () => {
  test('a lead that led the last edition too warns', async () => {
    const { storyId, articleId } = await lead()
    await sql`
      insert into edition (id, newsletter_id, kind, state, run_key, subject, preheader, language, edition_date, compiled
                          , content_hash, approved_hash, not_after, created_at, release_at, planned_at, sent_at, audience)
      overriding system value
      select 0, 1, 'digest', 'sent', 'past', 'Past', '', 'en', '2026-11-01', '{}', 'x', 'x', interval '6 hours'
           , ${house.now}, ${house.now}, ${house.now}, ${house.now}, 3`.execute(house.db)
    await sql`
      insert into edition_story (edition_id, position, story_id, article_id, revision, section)
      values (0, 0, ${storyId}, ${articleId}, 1, 'News')`.execute(house.db)

    expect((await look()).of('lead')).toMatchObject({
      outcome: 'warns',
      reason: expect.stringContaining('led the last edition too'),
    })
  })

  test('a feed that brought much more than usual warns', async () => {
    await sql`
      insert into source_batch (source_id, at, items, usual)
      select id, ${house.now}, 400, 12 from source limit 1`.execute(house.db)

    expect((await look()).of('feeds')).toMatchObject({
      outcome: 'warns',
      reason: expect.stringContaining('many more items than usual'),
    })
  })

  test('three editions are not enough to speak of a drift, and an audience of nobody warns', async () => {
    await sql`
      insert into edition (newsletter_id, kind, state, run_key, subject, preheader, language, edition_date, compiled
                          , content_hash, approved_hash, not_after, created_at, release_at, planned_at, sent_at, audience)
      select 1, 'digest', 'sent', 'past ' || n, 'Past', '', 'en', '2026-11-01', '{}', 'x', 'x', interval '6 hours'
           , ${house.now}, ${house.now}, ${house.now}, ${house.now}, 5000
        from generate_series(1, 3) n`.execute(house.db)
    const three = await look()
    await sql`update subscription set cadence = 'off'`.execute(house.db)

    expect(three.of('audience')?.outcome).toBe('passed')
    expect((await look()).of('audience')).toMatchObject({
      outcome: 'warns',
      reason: expect.stringContaining('nobody would get it'),
    })
  })
})

describe('editions of every kind are looked at:', () => {
  test('an alert', async () => {
    const headline = 'Harbour closed after two ships collide'
    const { articleId } = await ingestArticle(house.context, { headline, breaking: true })
    const alert = await draftAlert(house.context, { articleId, operatorId: null })
    editionId = alert.editionId
    const before = await look()
    await sql`update article set embargo_until = ${new Date(house.now.getTime() + 1000)}`.execute(
      house.db,
    )

    expect(before.fit).toBe(true)
    expect(before.of('mail rules')?.outcome).toBe('passed')
    expect((await look(answering(404))).of('links')?.reason).toContain('answers 404')
    expect((await look()).of('embargo')?.outcome).toBe('stops')
  })

  test('a note, to the readers of its own', async () => {
    const note = parseNote({
      newsletter: 'daily',
      subject: 'We start at {{ hour }}',
      text: 'Dear readers,\n\nfrom Monday on.\n\nhttps://courier.example/hours',
    })
    editionId = (await composeNote(house.context, { note, operatorId: null })).editionId

    const { of, fit } = await look(answering(500))

    expect(fit).toBe(false)
    expect(of('leftovers')?.reason).toContain('{{ hour }}')
    expect(of('links')?.reason).toContain('https://courier.example/hours')
    expect(of('audience')?.reason).toContain('3 signed up')
  })
})
