import type { Context as Request } from 'hono'
import { z } from 'zod'
import { Refusal } from '#errors.ts'

const slugs = z
  .array(z.string().regex(/^[a-z0-9-]{1,80}$/))
  .max(50)
  .transform((list) => [...new Set(list)])

const fields = z.object({
  email: z.string().max(400).default(''),
  newsletter: slugs.default([]),
  topic: slugs.default([]),
  timeZone: z.string().max(80).default(''),
  language: z.string().max(80).default(''),
  /** A field that people do not see: who fills it in is a program. */
  website: z.string().max(2000).default(''),
  seenAt: z.string().max(500).optional(),
  proof: z.string().max(8000).optional(),
  sure: z.string().max(8).default(''),
})

export type SignUpFields = z.infer<typeof fields>

/** @throws Refusal for what no person's browser sends */
export async function readSignUpForm(request: Request): Promise<SignUpFields> {
  const body: Record<string, unknown> = await request.req.parseBody({ all: true }).catch(() => ({}))
  const listOf = (name: string) => (body[name] === undefined ? [] : [body[name]].flat())
  const parsed = fields.safeParse({
    ...body,
    newsletter: listOf('newsletter'),
    topic: listOf('topic'),
  })
  if (!parsed.success)
    throw new Refusal('the form is damaged: load the page again and fill it in once more')
  return parsed.data
}

/** What a link to the form chooses at once: `?newsletter=daily&topic=sport`. */
export function chosenBy(request: Request): { newsletter: string[] | null; topic: string[] } {
  const newsletter = request.req.queries('newsletter') ?? []
  return {
    newsletter: newsletter.length === 0 ? null : newsletter.slice(0, 50),
    topic: (request.req.queries('topic') ?? []).slice(0, 50),
  }
}
