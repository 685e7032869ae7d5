import type { SuppressionReason } from '../../suppression/suppression-store.ts'
import { PENDING, never, READER, type Standing } from './format.ts'

/** What lists call those who must not be mailed; the gravest first. */
const REASONS: [SuppressionReason, RegExp][] = [
  ['complained', /complain|spam|abuse|junk|fbl|plainte|beschwerde|queja/],
  ['asked', /^asked$|^not_me$/],
  ['erased', /^erased$|gdpr|forgotten/],
  ['blocked', /block|black|suppress|manual|admin|banned|denied|do_not_mail|donotmail|sperr/],
  ['bounced', /bounc|clean|hard|invalid|undeliver|dead|unknown_user|no_such|rebot|erreur/],
  [
    'left',
    /unsub|left|opt(ed)?_?out|leave|remov|abgemeldet|desabonn|desinscri|baja|inactive|disabled/,
  ],
]

export function reasonOf(folded: string): SuppressionReason | undefined {
  return REASONS.find(([, words]) => words.test(folded))?.[0]
}

/** A state in anybody's words. What nobody understands is asked: never mailed without consent, never lost. */
export function standingOf(folded: string): Standing {
  if (
    folded === '' ||
    /^(active|subscribed|enabled|confirmed|aktiv|actif|activo|ok|valid)$/.test(folded)
  )
    return READER
  const reason = reasonOf(folded)
  return reason === undefined ? PENDING : never(reason)
}
