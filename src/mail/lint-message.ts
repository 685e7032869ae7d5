import { CONTENT_RULES } from '#mail/lint/content.ts'
import { HEADER_RULES } from '#mail/lint/headers.ts'
import { examine, type Expected, type Rule, type Violation } from '#mail/lint/subject.ts'
import { WIRE_RULES } from '#mail/lint/wire.ts'

export const RULES: readonly Rule[] = [...WIRE_RULES, ...HEADER_RULES, ...CONTENT_RULES]

/** What keeps a finished mail from going out well; nothing when it keeps every rule. */
export async function lintMessage(raw: Buffer, expected: Expected): Promise<Violation[]> {
  const mail = await examine(raw)
  return RULES.flatMap(({ name, check }) =>
    check(mail, expected).map((detail) => ({ rule: name, detail: detail.slice(0, 200) })),
  )
}
