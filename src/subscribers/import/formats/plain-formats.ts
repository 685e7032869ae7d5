import type { SuppressionReason } from '../../suppression/suppression-store.ts'
import { foldName } from './fold.ts'
import { type Format, never, type Role } from './format.ts'
import { reasonOf, standingOf } from './state-words.ts'

/** What columns are called in lists that nobody's program made, in several languages; the folded names. */
const GUESSES: Partial<Record<Role, RegExp>> = {
  address:
    /^(e_?mail|mail|adresse|correo|courriel|recipient|subscriber|address|البريد.*)$|e_?mail|^mail_|correo|courriel|البريد/,
  state: /^(status|state|subscription_status|subscriber_status|estado|statut)$/,
  zone: /^(time_?zone|tz|zeitzone|fuseau(_horaire)?|zona_horaria)$/,
  language: /^(language|lang|locale|sprache|langue|idioma|preferred_language)$/,
  agreed:
    /^(opt_?in_?(time|date|at)|confirm(ed)?_?(time|date|at|on)?|consent_?(date|time|at)|double_opt_in_at)$/,
  since:
    /^(created(_at|_on|_date)?|subscribed(_at|_on|_date)?|sign(ed)?_?up(_date|_at)?|date_(added|subscribed)|joined(_at)?|subscribe_date|start_date)$/,
}

export function guessColumns(names: readonly string[]): Partial<Record<Role, readonly string[]>> {
  const found = Object.entries(GUESSES).flatMap(([role, pattern]) => {
    const exact = names.find((name) => pattern.exec(name)?.[0] === name)
    const name = exact ?? names.find((each) => pattern.test(each))
    return name === undefined ? [] : [[role, [name]] as const]
  })
  return Object.fromEntries(found)
}

export function plainFormat(columns: Partial<Record<Role, readonly string[]>>): Format {
  const [state = ''] = columns.state ?? []
  return {
    name: 'plain',
    title: 'a plain table',
    marks: [],
    columns,
    dropped: ['ip', 'ip_address', 'optin_ip', 'confirm_ip', 'password', 'latitude', 'longitude'],
    standing: (cell) => standingOf(foldName(cell(state))),
  }
}

/** A list of addresses that must not be mailed. */
export function listFormat(
  columns: Partial<Record<Role, readonly string[]>>,
  otherwise: SuppressionReason,
): Format {
  const [column = ''] = columns.reason ?? columns.state ?? []
  return {
    name: 'do-not-mail',
    title: 'a do-not-mail list',
    marks: [],
    columns,
    dropped: [],
    standing: (cell) => never(reasonOf(foldName(cell(column))) ?? otherwise),
  }
}

/** Why everybody on a list is on it, as its file name or its only header says. */
export function listReasonOf(text: string): SuppressionReason | undefined {
  const folded = foldName(text)
  return /(^|_)(re)?subscribed/.test(folded) && !/un_?subscribed/.test(folded)
    ? undefined
    : LIST_WORDS.test(folded)
      ? (reasonOf(folded) ?? 'blocked')
      : undefined
}

const LIST_WORDS =
  /unsub|bounce|complain|suppress|block|black|cleaned|opt_?out|do_?not|donotmail|spam_?report|invalid|abgemeldet|sperr|baja/
