const RAISED: Record<string, string> = {
  0: '⁰', 1: '¹', 2: '²', 3: '³', 4: '⁴', 5: '⁵', 6: '⁶', 7: '⁷', 8: '⁸', 9: '⁹', '+': '⁺', '-': '⁻', '−': '⁻', '–': '⁻',
} // prettier-ignore
const LOWERED: Record<string, string> = {
  0: '₀', 1: '₁', 2: '₂', 3: '₃', 4: '₄', 5: '₅', 6: '₆', 7: '₇', 8: '₈', 9: '₉', '+': '₊', '-': '₋', '−': '₋', '–': '₋',
} // prettier-ignore

/** The text of a `sup` or `sub` element: its digits keep their height, so that 10⁶ never becomes 106. */
export function figuresOf(text: string, tag: string): string {
  const figures = tag.toUpperCase() === 'SUP' ? RAISED : LOWERED
  if (!/\d/.test(text) || isNoteMark(text)) return isNoteMark(text) ? '' : text
  return text.trim().replace(/[\d+−–-]/g, (character) => figures[character] ?? character)
}

/** "[1]" leads to a footnote. */
function isNoteMark(text: string): boolean {
  return /^\s*\[[^[\]]{1,12}\]\s*$/.test(text)
}
