import { Refusal } from '#errors.ts'
import type { Context } from '#context.ts'
import { inTransaction } from '#db/transaction.ts'
import { normaliseAddress } from '../address.ts'
import type { Actor } from './do-not-mail.ts'
import { addDomain, countReadersAt, dropDomain, recordDomain } from './domain-store.ts'

/** "@example.org" as A-labels: "example.org". Undefined for what is an address. @throws Refusal for no domain */
export function parseDomain(text: string): string | undefined {
  const trimmed = text.trim()
  if (!trimmed.startsWith('@')) return undefined
  try {
    return normaliseAddress(`anybody${trimmed}`).domain
  } catch (cause) {
    throw new Refusal('this is no domain: it should look like @example.org', {
      field: 'address',
      cause,
    })
  }
}

/**
 * Nobody at exactly this domain is mailed or asked from the next claim on.
 * @throws Refusal that counts the readers it would touch, unless the person is sure
 */
export async function blockDomain(
  { db, clock, leavings }: Pick<Context, 'db' | 'clock' | 'leavings'>,
  { domain, sure, actor }: { domain: string; sure: boolean; actor: Actor },
): Promise<{ added: boolean; readers: number }> {
  const now = clock.now()
  const done = await inTransaction(db, async (transaction) => {
    const readers = await countReadersAt(transaction, domain)
    if (readers > 0 && !sure)
      throw new Refusal(
        `@${domain} has ${readersOf(readers)}, and none of them would get mail any more. If so, add --yes`,
        { field: 'yes' },
      )
    const added = await addDomain(transaction, { domain, operatorId: actor.id, now })
    if (added) await recordDomain(transaction, { ...of(actor), domain, kind: 'suppressed', now })
    return { added, readers }
  })
  if (done.added) await leavings.note([{ at: now, kind: 'closed', domain }])
  return done
}

/** @throws Refusal when it is not on the list, or that counts the readers who would be mailed again */
export async function liftDomain(
  { db, clock, leavings }: Pick<Context, 'db' | 'clock' | 'leavings'>,
  { domain, sure, actor }: { domain: string; sure: boolean; actor: Actor },
): Promise<{ readers: number }> {
  const now = clock.now()
  const done = await inTransaction(db, async (transaction) => {
    if (!(await dropDomain(transaction, domain)))
      throw new Refusal('this domain is not on the do-not-mail list', { field: 'address' })
    const readers = await countReadersAt(transaction, domain)
    if (readers > 0 && !sure)
      throw new Refusal(
        `@${domain} has ${readersOf(readers)} who would get mail again. If so, add --yes`,
        { field: 'yes' },
      )
    const kind = 'lifted' as const
    await recordDomain(transaction, { ...of(actor), domain, kind, now })
    return { readers }
  })
  await leavings.note([{ at: now, kind: 'reopened', domain }])
  return done
}

export function readersOf(count: number): string {
  return count === 1 ? '1 reader' : `${count} readers`
}

function of({ id, name }: Actor) {
  return { form: `operator ${name}, whole domain`, operatorId: id }
}
