import { z } from 'zod'
import { Refusal } from '#errors.ts'

// What people may change of a draft, parsed once at the edge: a page, the API, a command line.

const line = (name: string, most: number) =>
  z
    .string(`${name} must be a line of text`)
    .transform((text) => text.replace(/\s+/g, ' ').trim())
    .refine((text) => text !== '', `${name} must not be empty`)
    .refine((text) => text.length <= most, `${name} must be at most ${most} characters`)
    .refine((text) => !/\p{Cc}/u.test(text), `${name} must be one line without control characters`)

const story = z.int('story must be the number of a story')
const webAddress = (name: string) =>
  z.url({
    protocol: /^https?$/,
    error: `${name} must be a web address that starts with http:// or https://`,
  })
const day = z.iso.date('from and until must be days such as 2026-12-24').nullable().default(null)

const image = z.object({
  url: z.url({ protocol: /^https$/, error: 'image.url must start with https://' }),
  alt: line('image.alt', 300),
  width: z.int().min(1).max(4000),
  height: z.int().min(1).max(4000),
})

export const boxSchema = z.object({
  kind: z.enum(['sponsor', 'house', 'appeal'], 'kind must be sponsor, house or appeal'),
  label: line('label', 60),
  text: line('text', 600),
  image: image.nullable().default(null),
  link: z
    .object({ url: webAddress('link.url'), words: line('link.words', 80) })
    .nullable()
    .default(null),
  after: z.int('after must be a number of stories').min(0).max(99).default(1),
  from: day,
  until: day,
})

const anEdit = z.discriminatedUnion(
  'change',
  [
    z.object({ change: z.literal('subject'), text: line('text', 200).nullable() }),
    z.object({ change: z.literal('preview text'), text: line('text', 200).nullable() }),
    z.object({
      change: z.literal('greeting'),
      text: line('text', 300).nullable(),
      signedBy: line('signedBy', 80).default(''),
    }),
    z.object({ change: z.literal('order'), stories: z.array(story).min(1).max(100) }),
    z.object({ change: z.literal('drop'), story }),
    z.object({
      change: z.literal('add'),
      story: story.optional(),
      url: webAddress('url').optional(),
      section: line('section', 60).optional(),
    }),
    z.object({ change: z.literal('pin'), story, on: z.boolean().default(true) }),
    z.object({ change: z.literal('headline'), story, text: line('text', 300).nullable() }),
    z.object({ change: z.literal('summary'), story, text: line('text', 1200).nullable() }),
    z.object({ change: z.literal('section'), story, section: line('section', 60) }),
    z.object({ change: z.literal('not known yet'), text: line('text', 400).nullable() }),
    z.object({ change: z.literal('add box'), box: boxSchema }),
    z.object({ change: z.literal('change box'), box: boxSchema, place: z.int().min(0) }),
    z.object({ change: z.literal('drop box'), place: z.int().min(0) }),
  ],
  `change must be one of subject, preview text, greeting, order, drop, add, pin, headline, summary, section, not known yet, add box, change box, drop box`,
)

export type Edit = z.infer<typeof anEdit>

/** @throws Refusal that names the field and the fix */
export function parseEdits(raw: unknown): Edit[] {
  const parsed = z.array(anEdit, 'edits must be a list of changes').min(1).max(50).safeParse(raw)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  throw new Refusal(issue?.message ?? 'the edits cannot be read', {
    field: issue?.path.join('.') || 'edits',
  })
}

export type Change<Kind extends Edit['change']> = Extract<Edit, { change: Kind }>
export type BoxEdit = Change<'add box' | 'change box' | 'drop box'>
export type ItemEdit = Change<'pin' | 'headline' | 'summary' | 'section'>
export type AlertEdit = Change<
  'subject' | 'preview text' | 'headline' | 'summary' | 'not known yet'
>
export type DigestEdit = Exclude<Edit, Change<'not known yet'>>

const ALERT = ['subject', 'preview text', 'headline', 'summary', 'not known yet']

export function fitsAlert(edit: Edit): edit is AlertEdit {
  return ALERT.includes(edit.change)
}

export function fitsDigest(edit: Edit): edit is DigestEdit {
  return edit.change !== 'not known yet'
}

/** What a person did, for another one: "rewrote the headline of story 7". */
export function editInWords(made: Edit): string {
  if ('box' in made || made.change === 'drop box') return boxInWords(made)
  if (made.change === 'order') return 'put the stories in another order'
  if (made.change === 'add')
    return made.story === undefined ? 'added a story' : `added story ${made.story}`
  if ('story' in made) return `${VERBS[made.change]} story ${made.story}`
  return made.text === null ? `took back the ${made.change}` : `wrote the ${made.change}`
}

const VERBS = {
  drop: 'dropped',
  pin: 'pinned or unpinned',
  headline: 'rewrote the headline of',
  summary: 'rewrote the summary of',
  section: 'moved to another section',
}

function boxInWords(made: BoxEdit): string {
  if (made.change === 'drop box') return `dropped box ${made.place}`
  return `${made.change === 'add box' ? 'added' : 'changed'} the box “${made.box.label}”`
}
