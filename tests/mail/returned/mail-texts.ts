/** A mail of lines; the first empty one ends its header. */
export function mailOf(...lines: string[]): Uint8Array {
  return Buffer.from(lines.join('\r\n'))
}

export type Part = { type: string; lines: string[] }

/** A multipart/report (RFC 6522). */
export function reportOf(reportType: string, parts: Part[], head: string[] = []): Uint8Array {
  return mailOf(
    'From: Mail Delivery System <MAILER-DAEMON@relay.example.org>',
    'Subject: Undelivered Mail Returned to Sender',
    ...head,
    'MIME-Version: 1.0',
    `Content-Type: multipart/report; report-type=${reportType}; boundary="=_b"`,
    '',
    ...parts.flatMap(({ type, lines }) => ['--=_b', `Content-Type: ${type}`, '', ...lines]),
    '--=_b--',
    '',
  )
}

/** What Postfix sends for one recipient, or several. */
export function postfixReport({
  prose = [],
  recipients,
  returned = ['Subject: The harbour', '', 'Good morning.'],
}: {
  prose?: string[]
  recipients: string[][]
  returned?: string[]
}): Uint8Array {
  return reportOf('delivery-status', [
    {
      type: 'text/plain; charset=us-ascii',
      lines: ['This is the mail system at host relay.example.org.', '', ...prose],
    },
    {
      type: 'message/delivery-status',
      lines: [
        'Reporting-MTA: dns; relay.example.org',
        ...recipients.flatMap((fields) => ['', ...fields]),
      ],
    },
    { type: 'message/rfc822', lines: returned },
  ])
}
