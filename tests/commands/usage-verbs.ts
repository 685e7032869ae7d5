/** A verb of a command as its usage line has it: `edition 5 resend uncertain` is `resend uncertain`. */
export type UsageVerb = { verb: string; options: string[] }

/**
 * The verbs of a usage line. `word [one ID [--a] | two on|off] [--json]` has ``, `one`, `two`: a word that stands alone, one
 * for each alternative, which begins with words in small letters, with an option, or with a value.
 */
export function verbsOf(usage: string): UsageVerb[] {
  const [, ...rest] = usage.split(' ')
  const tail = rest.join(' ')
  const atOnce = alternativesOf(tail)
  if (atOnce.length > 1) return atOnce.flatMap(verbsIn)
  const group = groupsOf(tail).find((inside) =>
    alternativesOf(inside).some((one) => /^[a-z]/.test(one)),
  )
  if (group === undefined) return verbsIn(tail)
  const alone = tail.replace(`[${group}]`, '')
  return [{ verb: '', options: optionsIn(alone) }, ...alternativesOf(group).flatMap(verbsIn)]
}

/** `staff add|remove ADDRESS` is two: `staff add` and `staff remove`. */
function verbsIn(alternative: string): UsageVerb[] {
  const options = optionsIn(alternative)
  const [first = '', ...more] = alternative.trim().split(' ')
  if (first.startsWith('--')) {
    const inside = options.filter((option) => option !== first)
    return [{ verb: first, options: inside }]
  }
  if (/^[A-Z]/.test(first)) return [{ verb: first, options }]
  const words = [first, ...more]
  const end = words.findIndex((word) => !/^[a-z][a-z-]*(\|[a-z-]+)*$/.test(word))
  let verbs = ['']
  for (const word of end === -1 ? words : words.slice(0, end))
    verbs = verbs.flatMap((before) => word.split('|').map((one) => `${before} ${one}`.trim()))
  return verbs.map((verb) => ({ verb, options }))
}

function optionsIn(text: string): string[] {
  const options = [...text.matchAll(/--[a-z-]+/g)].map(([option]) => option)
  return [...new Set(options)].filter((option) => option !== '--json').toSorted()
}

/** Parted by ` | ` outside of brackets. */
function alternativesOf(text: string): string[] {
  const parts = ['']
  let depth = 0
  for (const token of text.split(/(\[|\]| \| )/)) {
    depth += token === '[' ? 1 : token === ']' ? -1 : 0
    if (token === ' | ' && depth === 0) parts.push('')
    else parts.push(`${parts.pop() ?? ''}${token}`)
  }
  return parts
}

/** What stands in brackets, the outermost ones. */
function groupsOf(text: string): string[] {
  const groups: string[] = []
  let depth = 0
  let inside = ''
  for (const letter of text) {
    if (letter === ']') depth -= 1
    if (depth > 0) inside += letter
    if (letter === ']' && depth === 0) {
      groups.push(inside)
      inside = ''
    }
    if (letter === '[') depth += 1
  }
  return groups
}
