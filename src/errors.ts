/**
 * Something a person asked for that cannot be done, in words for that person: what is wrong, and the fix.
 * Surfaces show `message` as it is (CLI: exit 1, HTTP: `status`); every other error is a surprise and is logged.
 */
export class Refusal extends Error {
  override readonly name = 'Refusal'
  /** The input's field, for a form or an API client. */
  readonly field: string | undefined
  readonly status: number
  /** More of it for an API client: `{ faults: [...] }`. */
  readonly detail: Readonly<Record<string, unknown>>

  constructor(message: string, { field, status = 422, cause, detail = {} }: RefusalOptions = {}) {
    super(message, cause === undefined ? undefined : { cause })
    this.field = field
    this.status = status
    this.detail = detail
  }
}

type RefusalOptions = {
  field?: string
  status?: number
  cause?: unknown
  detail?: Readonly<Record<string, unknown>>
}

/** The message of anything thrown. */
export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

/** The code of a system or database error: `ENOENT`, `53100`; empty for anything else. */
export function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : ''
}

/** Whether it is an error with one of these codes. */
export function hasCode(error: unknown, ...codes: string[]): boolean {
  return codes.includes(codeOf(error))
}
