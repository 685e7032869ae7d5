import { createPublicKey } from 'node:crypto'
import { profiles } from '#mail/profiles.ts'
import { fault, type Finding, hint, right, warning } from './finding.ts'
import type { OwnName, SenderKey } from './own-name.ts'
import { parseTagList } from './tag-list.ts'

const SMALLEST_RSA = 1024
const GOOD_RSA = 2048

/** Whether the keys that sign are the keys that receivers find. */
export async function checkDkim(visit: OwnName): Promise<Finding[]> {
  const { fromDomain } = visit.sender
  const keys = visit.sender.keys.filter(({ domain }) => `.${fromDomain}`.endsWith(`.${domain}`))
  const signing = keys.filter(({ signs }) => signs)
  if (signing.length === 0) return [unsigned(visit), ...(await published(visit, keys))]
  const findings = await published(visit, keys)
  if (signing.every(({ algorithm }) => algorithm !== 'rsa-sha256'))
    findings.push(
      fault(
        'dkim-no-rsa',
        `Only an Ed25519 key signs for ${fromDomain}, and Microsoft and Yahoo cannot read that.`,
        {
          fix: `Make a pair with an RSA key: daybreak dkim keygen ${signing[0]?.domain}`,
        },
      ),
    )
  return findings
}

function unsigned({ sender: { fromDomain, relays } }: OwnName): Finding {
  const others = relays.filter(({ profile }) => !profiles[profile].sign)
  if (relays.length > 0 && others.length === relays.length)
    return hint(
      'dkim-provider',
      `Your provider signs for ${fromDomain}; its key is not known here.`,
      {
        fix: `See that it calls ${fromDomain} verified.`,
      },
    )
  return fault(
    'dkim-none',
    `Daybreak has no DKIM key for ${fromDomain}, so mail leaves unsigned unless your relay signs.`,
    {
      fix: `Make a pair and publish it: daybreak dkim keygen ${fromDomain}`,
    },
  )
}

async function published(visit: OwnName, keys: SenderKey[]): Promise<Finding[]> {
  return (await Promise.all(keys.map(async (key) => checkKey(visit, key)))).flat()
}

async function checkKey({ outside: { dns } }: OwnName, key: SenderKey): Promise<Finding[]> {
  const { name, value } = key.record
  const fix = { fix: 'Publish:', records: [{ name, type: 'TXT' as const, value }] }
  const texts = await dns.txt(name)
  const [text, ...more] = texts
  if (text === undefined) {
    const [target] = await dns.cname(name)
    if (target !== undefined)
      return [
        fault('dkim-cname', `${name} leads to ${target}, where there is no key.`, {
          ...fix,
          fix: 'Publish the key there, or in place of the CNAME record:',
        }),
      ]
    if (key.signs)
      return [
        fault('dkim-missing', `The key ${key.selector} signs, and ${name} is not published.`, fix),
      ]
    return [
      hint('dkim-next', `The key ${key.selector} does not sign yet, and is not published.`, {
        ...fix,
        fix: 'Publish it before it signs:',
      }),
    ]
  }
  if (more.length > 0)
    return [
      fault(
        'dkim-several',
        `${name} has ${texts.length} TXT records, and receivers may read the wrong one.`,
        {
          ...fix,
          fix: 'Keep this one:',
        },
      ),
    ]
  const wrong = faultOf(text, key)
  if (wrong === undefined)
    return [
      right(
        'dkim',
        `DKIM ${key.selector} of ${key.domain}: the published key is ours${key.signs ? ' and signs' : ', and does not sign yet'}.`,
      ),
    ]
  const [level, code, says] = wrong
  return [(level === 'fault' ? fault : warning)(code, says, fix)]
}

type Wrong = ['fault' | 'warning', code: string, says: string]

/** The first thing that keeps receivers from using the record (RFC 6376 3.6.1). */
function faultOf(text: string, key: SenderKey): Wrong | undefined {
  const { tags, odd } = parseTagList(text)
  const of = `The DKIM record ${key.record.name}`
  if (/["\\]/.test(text) || odd.length > 0)
    return [
      'fault',
      'dkim-damaged',
      `${of} holds quotation marks or other signs that belong to the way it was entered.`,
    ]
  const type = key.algorithm === 'rsa-sha256' ? 'rsa' : 'ed25519'
  const ours = parseTagList(key.record.value).tags.get('p') ?? ''
  return (
    useFault(text, { of, type }) ??
    keyFault(tags.get('p'), { of, ours, type }) ??
    testing(of, tags.get('t'))
  )
}

function useFault(text: string, { of, type }: { of: string; type: string }): Wrong | undefined {
  const { tags, names } = parseTagList(text)
  const { v, k = 'rsa', s = '*', h = 'sha256' } = Object.fromEntries(tags)
  if (v !== undefined && (v !== 'DKIM1' || names[0] !== 'v'))
    return ['fault', 'dkim-version', `${of} must begin with v=DKIM1.`]
  if (k !== type)
    return [
      'fault',
      'dkim-type',
      `${of} says that the key is of type ${k}, and ours is of type ${type}.`,
    ]
  if (!/(?:^|:)\s*(?:\*|email)\s*(?::|$)/.test(s))
    return ['fault', 'dkim-service', `${of} is not for mail: s=${s}`]
  if (!/(?:^|:)\s*sha256\s*(?::|$)/.test(h))
    return ['fault', 'dkim-hash', `${of} does not allow SHA-256: h=${h}`]
  return undefined
}

function testing(of: string, flags: string | undefined): Wrong | undefined {
  const words = flags?.split(':').map((word) => word.trim()) ?? []
  return words.includes('y')
    ? [
        'warning',
        'dkim-testing',
        `${of} is marked as a test (t=y), so receivers may take the mail for unsigned.`,
      ]
    : undefined
}

function keyFault(
  value: string | undefined,
  { of, ours, type }: { of: string; ours: string; type: string },
): Wrong | undefined {
  if (value === undefined) return ['fault', 'dkim-no-key', `${of} has no key in it (p=).`]
  // Blanks inside are allowed (RFC 6376 3.6.1).
  const key = value.replace(/\s/g, '')
  if (key === '')
    return ['fault', 'dkim-revoked', `${of} says that the key was withdrawn (p= is empty).`]
  if (key === ours) return undefined
  if (ours.startsWith(key))
    return [
      'fault',
      'dkim-cut',
      `${of} is cut off after ${key.length} of ${ours.length} characters: a value longer than 255 goes in as several strings.`,
    ]
  const bits = type === 'rsa' ? rsaBits(key) : 0
  if (bits === undefined) return ['fault', 'dkim-damaged', `${of} holds no readable key.`]
  if (type === 'rsa' && bits < SMALLEST_RSA)
    return [
      'fault',
      'dkim-short',
      `${of} holds a key of ${bits} bits, and receivers refuse less than ${SMALLEST_RSA}.`,
    ]
  const weak = type === 'rsa' && bits < GOOD_RSA ? ` of only ${bits} bits` : ''
  return ['fault', 'dkim-other', `${of} holds another key${weak} than the one that signs.`]
}

function rsaBits(base64: string): number | undefined {
  try {
    const key = createPublicKey({ key: Buffer.from(base64, 'base64'), format: 'der', type: 'spki' })
    return key.asymmetricKeyDetails?.modulusLength
  } catch {
    return undefined
  }
}
