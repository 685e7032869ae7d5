import type { Progress } from '#backup/write-backup.ts'
import type { Out } from '#commands/command.ts'

const EVERY_MS = 2000

/** A line every two seconds: none for what is done at once. */
export function progressLines(out: Out): Progress {
  let said = performance.now()
  return ({ table, rows, share }) => {
    if (performance.now() - said < EVERY_MS) return
    said = performance.now()
    out.line(
      `  ${String(Math.floor(share * 100)).padStart(3)} %  ${table}: ${rows.toLocaleString('en-GB')} rows`,
    )
  }
}

export function sizeInWords(bytes: number): string {
  if (bytes < 1e6) return `${Math.ceil(bytes / 1e3)} kB`
  return bytes < 1e9 ? `${(bytes / 1e6).toFixed(1)} MB` : `${(bytes / 1e9).toFixed(1)} GB`
}
