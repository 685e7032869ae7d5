import { adviceFor } from '#mail/returned/advice.ts'
import { bounceReasons } from '#mail/returned/returned.ts'

/** What is wrong with us and how it is mended, in one line for a person. */
export function fixInWords({
  reason,
  text,
  destination,
}: {
  reason: string
  text: string
  destination?: string | undefined
}): string {
  const known = bounceReasons.find((one) => one === reason) ?? 'policy'
  return adviceFor({ reason: known, text, destination: destination ?? null }).words
}

/** Why nothing goes to a destination, until when, and how it is mended. */
export function breakerInWords({
  destination,
  reason,
  reply,
  until,
}: {
  destination: string
  reason: string
  reply: string
  until: Date
}): string {
  const fix = fixInWords({ reason, text: reply, destination })
  return `${destination} refuses our mail, a few mails try again at ${until.toISOString().slice(11, 16)} UTC. ${fix}`
}
