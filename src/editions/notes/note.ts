import { z } from 'zod'
import { Refusal } from '#errors.ts'
import { readNoteText } from './note-text.ts'

const line = (name: string, most: number) =>
  z
    .string(`${name} must be a line of text`)
    .transform((text) => text.replace(/\s+/g, ' ').trim())
    .refine((text) => text !== '', `${name} must not be empty`)
    .refine((text) => text.length <= most, `${name} must be at most ${most} characters`)
    .refine((text) => !/\p{Cc}/u.test(text), `${name} must be one line without control characters`)

/** A note as it comes from a command line or the API. */
export const noteSchema = z
  .strictObject({
    newsletter: z.string('newsletter must be the short name of a newsletter'),
    segment: z.string('segment must be the name of a segment').optional(),
    got: z.int('got must be the number of an edition').positive().optional(),
    subject: line('subject', 200),
    previewText: line('previewText', 200).optional(),
    text: z
      .string('text must be the words of the note')
      .max(20_000, 'text must be at most 20,000 characters')
      .transform(readNoteText),
  })
  .refine(({ segment, got }) => segment === undefined || got === undefined, {
    path: ['got'],
    message: 'name a segment or an edition, not both',
  })

export type Note = z.infer<typeof noteSchema>

/** @throws Refusal that names the field */
export function parseNote(raw: unknown): Note {
  const parsed = noteSchema.safeParse(raw)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  throw new Refusal(issue?.message ?? 'the note cannot be read', {
    field: issue?.path.join('.') || 'note',
  })
}
