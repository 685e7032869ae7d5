import { z } from 'zod'
import { Refusal } from '#errors.ts'
import { correctionLabels } from '../draft/draft.ts'
import { correctionWays } from './correction-store.ts'
import type { Decision } from './decide-correction.ts'

const line = (name: string, most: number) =>
  z
    .string(`${name} is missing: one line`)
    .transform((text) => text.replace(/\s+/g, ' ').trim())
    .refine((text) => text !== '', `${name} must not be empty: one line`)
    .refine((text) => text.length <= most, `${name} must be at most ${most} characters`)

const decision = z.strictObject({
  label: z.enum(correctionLabels, `label must be one of ${correctionLabels.join(', ')}`),
  was: line('was', 300),
  now: line('now', 300),
  way: z.enum(
    correctionWays,
    'way must be edition (a mail to who had it wrong), box (a line in their next digest) or web (the web page alone)',
  ),
  headline: line('headline', 300).nullable().default(null),
  summary: line('summary', 1200).nullable().default(null),
})

/** @throws Refusal that names the field and the fix */
export function parseDecision(raw: unknown): Omit<Decision, 'correctionId' | 'operator'> {
  const parsed = decision.safeParse(raw)
  if (!parsed.success) {
    const [issue] = parsed.error.issues
    throw new Refusal(issue?.message ?? 'the decision cannot be read', {
      field: String(issue?.path[0] ?? 'body'),
    })
  }
  const { now: isNow, ...rest } = parsed.data
  return { ...rest, isNow }
}
