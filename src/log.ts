import { type Logger, pino } from 'pino'

export type Log = Logger

/**
 * Structured logs, one JSON object a line on stderr (stdout belongs to a command's answer).
 * Mail addresses never belong in a log: what looks like one is masked even inside an error's text.
 */
export function createLog({
  level,
  name,
  write = (line) => void process.stderr.write(line),
}: {
  level: string
  name: string
  write?: (line: string) => void
}): Log {
  return pino(
    { level, name, base: { name, pid: process.pid }, timestamp: pino.stdTimeFunctions.isoTime },
    { write: (line: string) => write(withoutAddresses(line)) },
  )
}

// A local part has at most 64 octets; without the bound a long line without an @ would be read again from every character.
const ADDRESS = /[^\s"<>@,;:()\\]{1,64}(?:@|%40)([\p{L}\p{M}\p{N}-]+(?:\.[\p{L}\p{M}\p{N}-]+)*)/gu

/** The text with the local part of every mail address masked: `…@example.org`. */
export function withoutAddresses(text: string): string {
  return text.replace(ADDRESS, '…@$1')
}
