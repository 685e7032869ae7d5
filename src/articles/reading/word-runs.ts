type Run = { run: number; step: number }

/** The share of runs of words of one text that stand in the other. */
export function shareInside(words: string, other: string, { run, step }: Run): number {
  return shareAmong(words, runsOf(other, { run, step: 1 }), { run, step })
}

export function shareAmong(words: string, known: ReadonlySet<string>, how: Run): number {
  const runs = [...runsOf(words, how)]
  return runs.filter((each) => known.has(each)).length / runs.length
}

export function runsOf(words: string, { run, step }: Run): Set<string> {
  const list = words.split(' ')
  const runs = new Set<string>()
  for (let at = 0; at + run <= Math.max(list.length, run); at += step)
    runs.add(list.slice(at, at + run).join(' '))
  return runs
}
