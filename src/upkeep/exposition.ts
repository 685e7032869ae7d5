/** One family of the Prometheus text format 0.0.4. */
export type Family = {
  name: string
  help: string
  type: 'counter' | 'gauge' | 'histogram'
  samples: Sample[]
}

export type Sample = { suffix?: string; labels?: Record<string, string>; value: number }

/** Names and help are ours; values of labels may hold anything. */
export function expose(families: readonly Family[]): string {
  return families
    .filter(({ samples }) => samples.length > 0)
    .map(({ name, help, type, samples }) =>
      [
        `# HELP ${name} ${help}`,
        `# TYPE ${name} ${type}`,
        ...samples.map(
          ({ suffix = '', labels = {}, value }) => `${name}${suffix}${labelsOf(labels)} ${value}`,
        ),
        '',
      ].join('\n'),
    )
    .join('')
}

/** `counts[i]` are those up to `bounds[i]`, the last those above all. */
export function histogramSamples(
  bounds: readonly number[],
  { counts, seconds }: { counts: readonly number[]; seconds: number },
): Sample[] {
  let sum = 0
  const buckets = counts.map((count, index) => {
    sum += count
    const bound = bounds[index]
    return {
      suffix: '_bucket',
      labels: { le: bound === undefined ? '+Inf' : String(bound) },
      value: sum,
    }
  })
  return [...buckets, { suffix: '_sum', value: seconds }, { suffix: '_count', value: sum }]
}

function labelsOf(labels: Record<string, string>): string {
  const all = Object.entries(labels)
  if (all.length === 0) return ''
  return `{${all.map(([name, value]) => `${name}="${escapeLabel(value)}"`).join(',')}}`
}

function escapeLabel(value: string): string {
  return value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')
}
