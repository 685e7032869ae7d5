import type { Progress } from '#subscribers/import/import-people.ts'

const STEPS: Record<Progress['step'], string> = {
  reading: 'reading',
  never: 'do-not-mail list',
  readers: 'readers',
}
const EVERY_MS = 1000

/** On a terminal one line that changes every second; in a file a line every tenth. */
export function followProgress(to: NodeJS.WriteStream): (progress: Progress) => void {
  let told = ''
  let toldAt = 0
  return ({ step, done, total }) => {
    const percent = total === 0 ? 100 : Math.min(100, Math.floor((done / total) * 100))
    const end = done >= total
    const line = to.isTTY ? `${percent} %` : `${Math.floor(percent / 10) * 10} %`
    const now = performance.now()
    const full = `${STEPS[step]}: ${line}`
    if (full === told || (to.isTTY && !end && now - toldAt < EVERY_MS)) return
    to.write(to.isTTY ? `\r\u001B[K${full}${end ? '\n' : ''}` : `${full}\n`)
    told = full
    toldAt = now
  }
}
