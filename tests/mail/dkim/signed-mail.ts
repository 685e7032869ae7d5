import { generateKeyPairSync } from 'node:crypto'
import { authenticate } from 'mailauth'
import { dnsRecordOf } from '#mail/dkim/dns-record.ts'
import { createSigner, type SigningKey } from '#mail/dkim/signature.ts'
import type { HeaderField } from '#mail/mime/unsigned-message.ts'

export const rsa: SigningKey = {
  domain: 'courier.example',
  selector: 'db2611r',
  algorithm: 'rsa-sha256',
  key: generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey,
}

export const ed25519: SigningKey = {
  domain: 'courier.example',
  selector: 'db2611e',
  algorithm: 'ed25519-sha256',
  key: generateKeyPairSync('ed25519').privateKey,
}

export const headers: Record<string, string> = {
  From: 'The Harbour Courier <news@courier.example>',
  'Reply-To': 'newsroom@courier.example',
  To: 'reader@example.net',
  Subject: '=?UTF-8?Q?Caf=C3=A9?= harbour\r\n opens\t\tagain  ',
  Date: 'Sun, 22 Nov 2026 06:30:00 +0000',
  'Message-ID': '<1f2e@courier.example>',
  'MIME-Version': '1.0',
  'Content-Type': 'text/plain; charset=utf-8',
  'List-Id': '"The Harbour Courier" <daily.courier.example>',
  'List-Unsubscribe': '<https://news.courier.example/u/t>,\r\n <mailto:u-t@bounce.courier.example>',
  'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
  'List-Help': '<https://news.courier.example/p/t>',
  'Feedback-ID': '7:daily:digest:db1234',
  'Auto-Submitted': 'auto-generated',
}

export function fieldsOf(values: Record<string, string>): HeaderField[] {
  return Object.entries(values).map(([name, value]) => ({ name, line: `${name}: ${value}` }))
}

/** The whole signed message. */
export async function signMail({
  values = headers,
  body = 'The harbour is open.\r\n',
  keys = [rsa, ed25519],
  replaces = [],
}: {
  values?: Record<string, string>
  body?: string
  keys?: SigningKey[]
  replaces?: string[]
} = {}): Promise<string> {
  const fields = fieldsOf(values)
  const signature = await createSigner(keys).sign(fields, Buffer.from(body), { replaces })
  return `${signature}${fields.map(({ line }) => `${line}\r\n`).join('')}\r\n${body}`
}

/** What a receiver finds of each signature: `pass`, `fail`, …, by an independent implementation and made-up DNS. */
export async function verifyMail(
  message: string,
  keys: SigningKey[] = [rsa, ed25519],
): Promise<{ results: string[]; aligned: string[] }> {
  const records = new Map(keys.map(dnsRecordOf).map(({ name, value }) => [name, value]))
  const { dkim } = await authenticate(Buffer.from(message), {
    ip: '192.0.2.1',
    helo: 'mail.courier.example',
    sender: 'b@bounce.courier.example',
    mta: 'mx.example.net',
    resolver: async (name: string, type: string) => {
      const value = records.get(name)
      if (type === 'TXT' && value !== undefined) return [value.match(/.{1,255}/g) ?? []]
      throw Object.assign(new Error('not found'), { code: 'ENOTFOUND' })
    },
  })
  const results = dkim.results.filter(({ status }) => status.result !== 'none')
  return {
    results: results.map(({ status }) => status.result),
    aligned: results.map(({ status }) => String(status.aligned)),
  }
}
