import { Refusal } from '#errors.ts'
import { type HookReader, isSameSecret, notBelieved, readJson } from './hook-request.ts'
import { readPostmarkEvent } from './postmark-events.ts'

/** Postmark signs nothing: it sends the user and password of the address that it was given. */
export function createPostmarkReader(password: string): HookReader {
  return ({ body, header, now }) => {
    if (!isSameSecret(passwordOf(header('authorization')), password))
      throw notBelieved('the password is not the one in POSTMARK_WEBHOOK_PASSWORD')
    const said = readJson(body.toString())
    if (typeof said !== 'object' || said === null || Array.isArray(said))
      throw new Refusal('the body is not an event', { status: 400, field: 'body' })
    return [readPostmarkEvent(said, now)]
  }
}

/** The user does not matter. */
function passwordOf(authorization: string | undefined): string {
  const [, credentials = ''] = /^Basic ([\w+/=-]+)$/i.exec(authorization ?? '') ?? []
  const text = Buffer.from(credentials, 'base64').toString()
  const colon = text.indexOf(':')
  return colon === -1 ? '' : text.slice(colon + 1)
}
