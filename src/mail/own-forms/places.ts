import type { Fault } from './form-names.ts'

// A fault in what a form renders is told where the form has it. So the form is rendered once more with marks in it, a
// character each, which no text uses: behind every line break, and around everything that Liquid fills in.

const [FIRST_MARK, LAST_MARK] = [0xe000, 0xf8ff]
const LIQUID = /\{\{[\s\S]*?\}\}|\{%[\s\S]*?%\}|\n/g

/** `still`: behind the mark stands what Liquid made, so places do not advance. */
type Mark = { offset: number; still: boolean }

export type Marked = { source: string; marks: Mark[] }

export function markPlaces(form: string): Marked {
  const marks: Mark[] = []
  const source = form.replace(LIQUID, (found, offset: number) => {
    const behind = markAt(marks, { offset: offset + found.length, still: false })
    return found === '\n' ? found + behind : markAt(marks, { offset, still: true }) + found + behind
  })
  return { source, marks }
}

function markAt(marks: Mark[], mark: Mark): string {
  // A form of so many lines has its later faults told at the last mark.
  if (marks.length > LAST_MARK - FIRST_MARK) return ''
  marks.push(mark)
  return String.fromCharCode(FIRST_MARK + marks.length - 1)
}

/** What was rendered without its marks, and where in the form each of its characters comes from. */
export type Rendered = { text: string; offsetOf: (place: number) => number }

export function withoutMarks(rendered: string, { marks }: Marked): Rendered {
  const stops: { at: number; mark: Mark }[] = [{ at: 0, mark: { offset: 0, still: false } }]
  let text = ''
  for (const character of rendered) {
    const code = character.charCodeAt(0)
    const mark = code >= FIRST_MARK && code <= LAST_MARK ? marks[code - FIRST_MARK] : undefined
    if (mark === undefined) text += character
    else stops.push({ at: text.length, mark })
  }
  return {
    text,
    offsetOf(place) {
      const stop = stops.findLast(({ at }) => at <= place)
      if (stop === undefined) return 0
      return stop.mark.offset + (stop.mark.still ? 0 : place - stop.at)
    },
  }
}

/** The form itself, where every character is in its own place. */
export function asWritten(text: string): Rendered {
  return { text, offsetOf: sameOffset }
}

function sameOffset(place: number): number {
  return place
}

export function faultAt(
  { form, source }: { form: string; source: string },
  offset: number,
  message: string,
): Fault {
  const before = source.slice(0, Math.max(0, offset)).split('\n')
  return { form, line: before.length, column: (before.at(-1)?.length ?? 0) + 1, message }
}
