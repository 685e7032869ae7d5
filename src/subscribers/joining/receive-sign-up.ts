import type { Context } from '#context.ts'
import { meantBy } from '../gate/advice.ts'
import { askGate } from '../gate/gate.ts'
import { readSignUp, type SignUp } from '../sign-up.ts'
import { insertSignUp } from './sign-up-store.ts'

/** What a form, its script or the API hands in. */
export type Received = {
  wish: SignUp
  /** A field that people do not see: who fills it in is a program. */
  honeypot: string
  /** When the form was made, signed; undefined for one that stands on another site. */
  seenAt: string | undefined
  /** A proof of work, where one was asked for. */
  proof: string | undefined
  /** The person was asked whether the address is meant so. */
  sure: boolean
  /** From the API, which vouches for its own visitors. */
  trusted: boolean
}

export type Reception =
  /** The same for an address we know, do not know or must not write to, and for a program that was found out. */
  | { kind: 'asked' }
  | { kind: 'prove' }
  /** Probably another address was meant. */
  | { kind: 'doubt'; address: string; domain: string }

type Needs = Pick<Context, 'db' | 'clock' | 'secrets' | 'relay' | 'enqueue'>

/**
 * Takes a sign-up at the door: whatever the address, it becomes one row that is looked at later, so that neither the
 * answer nor its time tells who reads what.
 * @throws Refusal for what the typing person can mend
 */
export async function receiveSignUp(
  context: Needs,
  { wish, honeypot, seenAt, proof, sure, trusted }: Received,
): Promise<Reception> {
  const { address } = await readSignUp(context, wish)
  const meant = sure ? undefined : meantBy(address)
  if (meant !== undefined)
    return { kind: 'doubt', address: meant, domain: meant.slice(meant.lastIndexOf('@') + 1) }
  const { network, formVersion = '', form, apiTokenId = null } = wish.witness
  const verdict = await askGate(context, { address, network, honeypot, seenAt, proof, trusted })
  switch (verdict.kind) {
    case 'prove':
      return verdict
    case 'drop':
      return { kind: 'asked' }
    case 'pass': {
      const { newsletters, topics, timeZone, language, attributes = {} } = wish
      const said = { newsletters, topics, timeZone, language, attributes }
      const by = { form, formVersion, network: network ?? null, apiTokenId }
      await insertSignUp(context.db, {
        ...said,
        ...by,
        email: address.email,
        now: context.clock.now(),
      })
      await context.enqueue('take-sign-ups', {})
      return { kind: 'asked' }
    }
  }
}
