import { setTimeout as sleep } from 'node:timers/promises'
import { reasonOf } from '#errors.ts'
import type { Log } from '#log.ts'
import { ImapMailbox, type Listed } from './imap-mailbox.ts'
import type { InboundKind, MayTake, TakeMail } from './inbound.ts'
import { addressesIn, returnPathIn } from './own-address.ts'

export type ImapOptions = {
  url: string
  mayTake: MayTake
  take: TakeMail
  log: Log
  /** How often the mailbox is looked at where the server does not tell of new mail. */
  everyMs?: number
  /** How long to wait after the first failure, and at most. */
  backoffMs?: { first: number; most: number }
}

/** Mails that could not be taken before a look is given up: then it is not the mails. */
const MOST_FAILURES = 3

const AUTH_WORDS =
  'the mailbox of IMAP_URL refuses its user or password: check them (a password in an address needs %-escapes, many providers want an app password), then restart'

/** Reads the mail that comes back out of a mailbox, until disposed of. A broken connection is opened again, later and later. */
export function openImapPoller(options: ImapOptions): AsyncDisposable {
  const ending = new AbortController()
  const polling = poll(options, ending.signal)
  return {
    async [Symbol.asyncDispose]() {
      ending.abort()
      await polling
    },
  }
}

async function poll(options: ImapOptions, signal: AbortSignal): Promise<void> {
  const { log, backoffMs = { first: 1000, most: 300_000 } } = options
  let failures = 0
  let told = ''
  while (!signal.aborted) {
    const error = await watch(options, signal, () => {
      failures = 0
      told = ''
    })
    if (signal.aborted) return
    const refused = isRefused(error)
    const words = refused ? AUTH_WORDS : reasonOf(error)
    // The same words are not said again and again through a night.
    if (words !== told && refused) log.error(words)
    else if (words !== told) log.warn({ reason: words }, 'the mailbox of IMAP_URL cannot be read')
    told = words
    failures += 1
    const waitMs = refused ? backoffMs.most : backoffMs.first * 2 ** Math.min(failures - 1, 30)
    const waiting = sleep(Math.min(backoffMs.most, waitMs), undefined, { signal })
    await waiting.catch(() => undefined)
  }
}

/** Looks at the mailbox as long as the connection holds, and answers why it ended. */
async function watch(
  options: ImapOptions,
  signal: AbortSignal,
  onLook: () => void,
): Promise<unknown> {
  const { url, log, everyMs = 60_000 } = options
  try {
    await using mailbox = await ImapMailbox.open({ url, log, signal })
    for (;;) {
      await takeNew(options, mailbox)
      onLook()
      await mailbox.waitForNews(everyMs)
    }
  } catch (error) {
    return error
  }
}

async function takeNew(options: ImapOptions, mailbox: ImapMailbox): Promise<void> {
  let failures = 0
  for (const listed of await mailbox.list()) {
    if (await takeOne(options, mailbox, listed)) continue
    failures += 1
    if (failures >= MOST_FAILURES) throw new Error('mails cannot be taken now')
  }
}

/** False: it was not taken, and stays for the next look. */
async function takeOne(
  { mayTake, take, log }: ImapOptions,
  mailbox: ImapMailbox,
  listed: Listed,
): Promise<boolean> {
  const sender = returnPathIn(listed.header)
  try {
    const ours = await ownOf(addressesIn(listed.header), mayTake)
    const bytes = ours.length === 0 ? undefined : await mailbox.read(listed)
    for (const own of bytes === undefined ? [] : ours.map((each) => ({ ...each, bytes }))) {
      await take({ channel: 'imap', sender, ...own })
    }
    await mailbox.putAway(listed, ours.length === 0 ? 'Not ours' : 'Done')
    return true
  } catch (error) {
    mailbox.refuseWhenLost(error)
    log.error({ reason: reasonOf(error) }, 'a mail of the mailbox could not be taken: trying again')
    return false
  }
}

type Own = { address: string; kind: InboundKind }

/** One mail may be for several; an address for people counts only where none has a token. */
async function ownOf(addresses: string[], mayTake: MayTake): Promise<Own[]> {
  const ours: Own[] = []
  for (const address of addresses) {
    const kind = await mayTake(address)
    if (kind !== undefined) ours.push({ address, kind })
  }
  const sure = ours.filter(({ kind }) => kind === 'bounce' || kind === 'unsubscribe')
  return sure.length > 0 ? sure : ours.slice(0, 1)
}

function isRefused(error: unknown): boolean {
  return (
    error instanceof Error && 'authenticationFailed' in error && error.authenticationFailed === true
  )
}
