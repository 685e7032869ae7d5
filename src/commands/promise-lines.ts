import type { Promised } from '#deliveries/send-edition.ts'

/** When a released edition would be done and what limits it, where anything does; and whom a new sending domain reaches. */
export function promiseLines({ estimate, warmUp }: Promised): string[] {
  const { finishAt, limitedBy } = estimate
  const lines: string[] = []
  if (finishAt !== null) {
    const at = finishAt.toISOString().slice(0, 16).replace('T', ' ')
    lines.push(`  done at about ${at} UTC, limited by: ${limitedBy ?? 'nothing that is known'}`)
  }
  if (warmUp !== null && warmUp.cut !== null) {
    lines.push(
      `  ${warmUp.domain} is warming up: ${warmUp.mails} readers get it, those who confirmed last; the others are left out`,
      `  an edition reaches everybody from ${warmUp.everyoneOn} on`,
    )
  }
  return lines
}
