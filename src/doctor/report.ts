import type { CheckName, Examined } from './examine.ts'
import { type Finding, type Level, zoneLineOf } from '#mail/sender-dns/finding.ts'

const SIGNS: Record<Level, string> = { right: '✓', hint: '·', warning: '!', fault: '✗' }
const INDENT = '    '

/** What is wrong, and right below it what to publish or run. */
export function reportLines(examined: Examined[]): string[] {
  return examined.flatMap(({ check, findings }) =>
    findings.flatMap((finding, at) => {
      const lines = fixLines(finding)
      const next = findings[at + 1]
      // What mends several findings stands once, below the last of them.
      const again = next !== undefined && lines.join('\n') === fixLines(next).join('\n')
      return [
        `${SIGNS[finding.level]} ${check}: ${printable(finding.says)}`,
        ...(again ? [] : lines.map((line) => INDENT + printable(line))),
      ]
    }),
  )
}

/** Records and replies are other people's words: nothing in them may move the cursor. */
function printable(text: string): string {
  return text.replace(/\p{Cc}+/gu, ' ')
}

function fixLines({ fix, records = [], file }: Finding): string[] {
  return [
    ...(fix === undefined ? [] : [fix]),
    ...records.map((record) => `  ${zoneLineOf(record)}`),
    ...(file === undefined
      ? []
      : [
          `  ${file.url}`,
          ...file.text
            .trimEnd()
            .split('\r\n')
            .map((line) => `    ${line}`),
        ]),
  ]
}

export function summaryLine(examined: Examined[]): string {
  const count = (level: Level) =>
    examined.flatMap(({ findings }) => findings).filter((finding) => finding.level === level).length
  const faults = count('fault')
  const warnings = count('warning')
  if (faults === 0 && warnings === 0) return 'Nothing is wrong.'
  return `${faults} ${faults === 1 ? 'fault' : 'faults'}, ${warnings} ${warnings === 1 ? 'warning' : 'warnings'}.`
}

export function hasFaults(examined: Examined[]): boolean {
  return examined.some(({ findings }) => findings.some(({ level }) => level === 'fault'))
}

/** For scripts: one object, with the line of the zone file ready to copy. */
export function reportObject(examined: Examined[]): {
  faults: number
  checks: { check: CheckName; findings: Finding[] }[]
} {
  return {
    faults: examined.flatMap(({ findings }) => findings).filter(({ level }) => level === 'fault')
      .length,
    checks: examined.map(({ check, findings }) => ({
      check,
      findings: findings.map((finding) => ({
        ...finding,
        ...(finding.records === undefined
          ? {}
          : {
              records: finding.records.map((record) => ({
                ...record,
                zoneLine: zoneLineOf(record),
              })),
            }),
      })),
    })),
  }
}
