import { hash, hkdfSync, randomInt } from 'node:crypto'
import { type Challenge, createChallenge, type Payload, verifySolution } from 'altcha-lib'
import { deriveKey } from 'altcha-lib/algorithms/pbkdf2'
import { z } from 'zod'
import type { Context } from '#context.ts'
import type { Secrets } from '#secrets.ts'
import { useProof } from './gate-store.ts'

/** A challenge can be answered this long. */
const LIFE_MS = 10 * 60_000

/**
 * Iterations of PBKDF2 a guess, and how many guesses it takes at least and at most. The least is one: who guesses without
 * knowing begins nowhere else, so that a program works as much as a browser. 250 guesses took headless Chromium 135 ms
 * (median, a busy server of two cores) and 540 ms at a quarter of its speed, as a phone has; 400 are the worst case.
 * Making one costs us 1.2 ms of a core, checking one 0.4 ms and an insert.
 */
export const PROOF_COST = { iterations: 2000, guesses: { from: 1, to: 400 } }

/** A challenge in the format of ALTCHA, version 2: with a known answer, so that no reader is unlucky beyond the most. */
export async function makeChallenge({
  clock,
  secrets,
}: Pick<Context, 'clock' | 'secrets'>): Promise<Challenge> {
  const { iterations, guesses } = PROOF_COST
  return createChallenge({
    algorithm: 'PBKDF2/SHA-256',
    deriveKey,
    cost: iterations,
    counter: randomInt(guesses.from, guesses.to),
    expiresAt: new Date(clock.now().getTime() + LIFE_MS),
    ...keysOf(secrets),
  })
}

const Answer = z.object({
  challenge: z.object({
    parameters: z.looseObject({
      algorithm: z.literal('PBKDF2/SHA-256'),
      nonce: z.string().max(128),
      salt: z.string().max(128),
      // Whoever writes another cost into it would let us work for it, before the signature is looked at.
      cost: z.literal(PROOF_COST.iterations),
      keyLength: z.literal(32),
      keyPrefix: z.string().max(64),
      keySignature: z.string().max(128),
      expiresAt: z.number(),
    }),
    signature: z.string().max(128),
  }),
  solution: z.looseObject({
    counter: z.number().int().min(0).max(1_000_000),
    derivedKey: z.string().max(128),
    time: z.number().optional(),
  }),
})

/** Whether the answer (base64 of JSON) solves a challenge of ours, in time, and for the first time. */
export async function checkProof(
  { db, clock, secrets }: Pick<Context, 'db' | 'clock' | 'secrets'>,
  text: string,
): Promise<boolean> {
  const answer = readAnswer(text)
  if (answer === undefined) return false
  const { parameters, signature } = answer.challenge
  const expiresAt = new Date(parameters.expiresAt * 1000)
  // By our clock, which tests turn.
  if (!(expiresAt > clock.now())) return false
  const { verified } = await verifySolution({
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the fields that count were checked above
    ...(answer as Payload),
    deriveKey,
    ...keysOf(secrets),
  })
  if (!verified) return false
  const proof = hash('sha256', signature, 'buffer')
  return useProof(db, { proof, expiresAt })
}

function readAnswer(text: string): z.infer<typeof Answer> | undefined {
  if (text === '' || text.length > 4000) return undefined
  try {
    return Answer.safeParse(JSON.parse(Buffer.from(text, 'base64').toString('utf8'))).data
  } catch {
    return undefined
  }
}

function keysOf({ tokenKey }: Pick<Secrets, 'tokenKey'>) {
  const key = (purpose: string) =>
    Buffer.from(hkdfSync('sha256', tokenKey, '', `daybreak proof ${purpose}`, 32)).toString('hex')
  return { hmacSignatureSecret: key('challenge'), hmacKeySignatureSecret: key('answer') }
}
