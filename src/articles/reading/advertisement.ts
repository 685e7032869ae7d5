import { isAdLabel } from './chrome.ts'
import type { Line } from './text-chrome.ts'

/** Without the paragraph after a line such as ADVERTISEMENT, where it sells something. */
export function withoutAdvertisements(lines: readonly Line[]): Line[] {
  return lines.filter((line, index) => {
    if (line.kind !== 'prose' || !isPitch(line.text)) return true
    const before = lines.slice(Math.max(0, index - 4), index).findLast(endsAd)
    return before === undefined || !isAdLabel(before.text)
  })
}

/** An advertisement has its own headline between label and text; prose stands between two. */
function endsAd({ kind, text }: Line): boolean {
  return kind === 'prose' || isAdLabel(text)
}

const ADDRESSES = /\b(you|you[’']re|yours)\b|\b(Sie|Ihre?[nmrs]?|vous|votre|vos)\b/
const URGES =
  /(^|[.!?:]\s+)(buy|shop|get|save|order|try|book|subscribe|sign up|call|visit|discover|enjoy|download|join|start|claim|upgrade|switch|treat|hurry|jetzt|sparen|bestellen|sichern|profitez|achetez)\b/i
const SELLS =
  /[$€£]\s?\d|\d\s?(€|%\s?off\b|per ?cent off\b)|\b(discounts?|sale|offers?|today|shop|buy|free|subscribe|sign up|rabatt|angebote?|kostenlos|gratis|remise|offre|gratuit)\b/i
const REPORTS =
  /\b(said|says|told|according to|announced|added|reported|was|were|sagte|teilte|wurde|déclaré)\b/i

function isPitch(text: string): boolean {
  const own = text.replace(/"[^"]*"|“[^”]*”|„[^“”]*[“”]|«[^»]*»/g, ' ')
  if (REPORTS.test(own)) return false
  if (URGES.test(own)) return SELLS.test(own) || /\byour\b/i.test(own)
  return SELLS.test(own) && (ADDRESSES.test(own) || /\byour?\b/i.test(own))
}
