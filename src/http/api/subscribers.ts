import type { Context as Request } from 'hono'
import { z } from 'zod'
import type { Context } from '#context.ts'
import { listNewsletters } from '#editions/newsletter.ts'
import { readSettings, type Settings } from '#editions/publication.ts'
import { Refusal } from '#errors.ts'
import type { Bearer } from '#operators/api-token.ts'
import { audit } from '#operators/audit.ts'
import { requireDuty } from '#operators/operator.ts'
import { type Attributes, parseAttributes } from '#subscribers/joining/attributes.ts'
import { receiveSignUp } from '#subscribers/joining/receive-sign-up.ts'
import { addSubscriber } from '#subscribers/sign-up.ts'
import { readJson } from './json-body.ts'

const slugs = z.array(z.string().max(80)).max(50, 'at most 50')

const consent = z.strictObject(
  {
    /** Where the person agreed: "checkout, May 2026". Of the ledger, which never holds an address. */
    source: z
      .string('say where the person agreed, such as "checkout page"')
      .trim()
      .min(3, 'say where the person agreed, such as "checkout page"')
      .max(100, 'is longer than 100 characters')
      .refine((text) => !/[@\p{Cc}]/u.test(text), 'must be a line without an address'),
    date: z
      .union(
        [z.iso.date(), z.iso.datetime({ offset: true })],
        'must be the day on which the person agreed, such as 2026-05-31',
      )
      .transform((text) => new Date(text)),
  },
  { error: unknownFields },
)

const body = z.strictObject(
  {
    email: z.string('name the mail address').max(400, 'is too long'),
    newsletters: slugs.optional(),
    topics: slugs.default([]),
    timeZone: z.string().max(80).optional(),
    language: z.string().max(80).optional(),
    attributes: z.record(z.string(), z.unknown()).default({}),
    consent: consent.optional(),
  },
  { error: unknownFields },
)
type Body = z.infer<typeof body>

/**
 * A reader from another program: asked by mail whether it is so, or active at once where the caller vouches for the
 * consent. Whoever asks learns nothing of the address; whoever vouches is told what stands in the way.
 */
export function postSubscriber(context: Context) {
  return async (request: Request, bearer: Bearer): Promise<Response> => {
    const asked = await readJson(request, body)
    const attributes = parseAttributes(asked.attributes)
    const set = await readSettings(context)
    const wish = {
      email: asked.email,
      newsletters: asked.newsletters ?? (await firstNewsletter(context)),
      topics: asked.topics,
      timeZone: asked.timeZone ?? set.timeZone,
      language: languageFrom(asked, set),
      attributes,
    }
    if (asked.consent !== undefined)
      return request.json(await add(context, bearer, { wish, consent: asked.consent }), 201)
    await receiveSignUp(context, {
      wish: { ...wish, witness: witnessOf(bearer) },
      honeypot: '',
      seenAt: undefined,
      proof: undefined,
      sure: true,
      trusted: true,
    })
    return request.json({ state: 'asked' }, 202)
  }
}

type Wish = {
  email: string
  newsletters: string[]
  topics: string[]
  timeZone: string
  language: string
  attributes: Attributes
}

async function add(
  context: Context,
  bearer: Bearer,
  { wish, consent: { source, date } }: { wish: Wish; consent: NonNullable<Body['consent']> },
) {
  const { operator, tokenId } = bearer
  requireDuty(operator, 'add readers')
  if (date > context.clock.now()) {
    const field = 'consent.date'
    throw new Refusal(`${field}: is in the future, and nobody has agreed yet`, { field })
  }
  const subscriber = await addSubscriber(context, {
    ...wish,
    actor: operator.name,
    witness: { ...witnessOf(bearer), formVersion: source, statedAt: date },
  })
  await audit(context, {
    operatorId: operator.id,
    actor: operator.name,
    verb: 'add reader',
    subject: `subscriber ${subscriber.id}`,
    detail: { newsletters: wish.newsletters, token: tokenId },
  })
  return { state: 'active', reader: subscriber.id }
}

function witnessOf({ operator, tokenId }: Bearer) {
  return { form: `api ${operator.name}`, operatorId: operator.id, apiTokenId: tokenId }
}

async function firstNewsletter({ db }: Pick<Context, 'db'>): Promise<string[]> {
  return (await listNewsletters(db)).slice(0, 1).map(({ slug }) => slug)
}

/** Also one that our pages do not speak: segments ask for it. */
function languageFrom({ language }: Body, set: Settings): string {
  if (language === undefined) return set.language
  try {
    const [tag] = Intl.getCanonicalLocales(language)
    if (tag !== undefined) return tag
  } catch {
    // Said below.
  }
  throw new Refusal(
    `language: "${language.slice(0, 20)}" is no language tag: send one such as en or de-AT`,
    { field: 'language' },
  )
}

function unknownFields(issue: z.core.$ZodRawIssue): string | undefined {
  if (issue.code !== 'unrecognized_keys') return undefined
  return `has a field that is not known here: ${issue.keys.join(', ').slice(0, 100)}`
}
