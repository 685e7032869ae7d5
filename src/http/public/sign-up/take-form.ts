import type { Context as Request } from 'hono'
import type { Context } from '#context.ts'
import { readSettings } from '#editions/publication.ts'
import { Refusal } from '#errors.ts'
import { normaliseAddress, parseTimeZone } from '#subscribers/address.ts'
import { receiveSignUp, type Reception } from '#subscribers/joining/receive-sign-up.ts'
import { type Mistakes, SIGN_UP_FORM_VERSION } from '../../html/sign-up-pages.ts'
import { witnessOf } from '../witness.ts'
import type { SignUpFields } from './sign-up-form.ts'

export type Taken = Reception | { kind: 'mend'; mistakes: Mistakes }

/** A form that a person sent, from our page or from another site. */
export async function takeForm(
  context: Context,
  request: Request,
  { asked, form, language }: { asked: SignUpFields; form: string; language: string },
): Promise<Taken> {
  const { email, newsletter, topic, website, seenAt, proof, sure } = asked
  const witness = witnessOf(request, context.config, { form, formVersion: SIGN_UP_FORM_VERSION })
  const timeZone = zoneOf(asked.timeZone) ?? (await readSettings(context)).timeZone
  try {
    return await receiveSignUp(context, {
      wish: { email, newsletters: newsletter, topics: topic, timeZone, language, witness },
      honeypot: website,
      seenAt: seenAt === '' ? undefined : seenAt,
      proof: proof === '' ? undefined : proof,
      sure: sure !== '',
      trusted: false,
    })
  } catch (error) {
    return { kind: 'mend', mistakes: mistakesOf(error, email) }
  }
}

/** Nobody typed it: one that we do not know is as good as none. */
function zoneOf(typed: string): string | undefined {
  try {
    return parseTimeZone(typed)
  } catch {
    return undefined
  }
}

/** What the person at the form can mend stands beside its field; everything else rises. */
function mistakesOf(error: unknown, email: string): Mistakes {
  if (!(error instanceof Refusal)) throw error
  const { field } = error
  if (field === 'email') return { email: emailMistakeOf(email) }
  if (field === 'newsletters') return { newsletters: field }
  if (field === 'topics') return { topics: field }
  throw error
}

/** What the parser lets pass and the gate refuses is the domain. */
function emailMistakeOf(email: string): NonNullable<Mistakes['email']> {
  const typed = email.trim()
  if (typed === '') return 'emailMissing'
  if (/[\s\p{Cc}\p{Cf}]/u.test(typed)) return 'emailSpace'
  try {
    normaliseAddress(typed)
    return 'emailDomain'
  } catch {
    return 'emailForm'
  }
}
