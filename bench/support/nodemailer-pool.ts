import { createTransport } from 'nodemailer'

export type PoolOrder = {
  port: number
  mails: number
  bytes: number
  connections: number
  /** With STARTTLS, trusting the certificate in this text. */
  trusted?: string
}

/** Mails a second of nodemailer's own pool: a client that waits for every reply, four to five round trips a mail. */
export async function runNodemailerPool(order: PoolOrder): Promise<number> {
  const { port, mails, bytes, connections, trusted } = order
  const transport = createTransport({
    pool: true,
    host: '127.0.0.1',
    port,
    maxConnections: connections,
    maxMessages: Infinity,
    ...(trusted === undefined
      ? { ignoreTLS: true }
      : { requireTLS: true, tls: { ca: trusted, servername: 'localhost' } }),
  })
  const raw = Buffer.from(`Subject: reference\r\n\r\n${`${'x'.repeat(70)}\r\n`.repeat(bytes / 72)}`)
  let next = 0
  const one = async () => {
    while (next < mails) {
      next += 1
      const envelope = { from: 'bench@bench.example', to: [`reader${next}@bench.example`] }
      await transport.sendMail({ envelope, raw })
    }
  }
  const began = performance.now()
  await Promise.all(Array.from({ length: connections * 2 }, one))
  const rate = (mails * 1000) / (performance.now() - began)
  transport.close()
  return rate
}
