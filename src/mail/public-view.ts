import { escapeHtml, pageUrl } from './outside-text.ts'
import { fillSlots } from './slots.ts'

/** What stands on the web where a mail speaks to its reader. */
export type PublicLinks = {
  /** In place of why the reader got it. */
  whyLine: string
  signUp: { url: string; label: string }
  /** Null where the newsletter keeps no list of its editions. */
  archive: { url: string; label: string } | null
  /** Where the numbered links lead: who reads on the web is not counted. */
  storyUrl: readonly string[]
}

/** A link that only a reader can use, with the dot that parts it from the next. */
const READERS_LINK =
  /<a\b[^>]*\bhref="%%slot:(unsubscribeUrl|preferencesUrl|webViewUrl|storyOffUrl|alertsOnlyOffUrl)%%[^"]*"[^>]*>[\s\S]*?<\/a>(?:\s*·\s*)?/g

/**
 * A compiled mail for everybody: the way out becomes the way in, and what needs a reader is left out. It knows no
 * reader, so whoever opens it sees the same.
 */
export function publicView(html: string, links: PublicLinks): string {
  const { signUp, archive, whyLine, storyUrl } = links
  const kept = html.replace(READERS_LINK, (link, slot: string) => {
    if (slot === 'unsubscribeUrl') return relinked(link, signUp)
    return slot === 'webViewUrl' && archive !== null ? relinked(link, archive) : ''
  })
  const values = {
    whyLine,
    storyUrl,
    signUpUrl: signUp.url,
    // A newsletter's own template may name them elsewhere than in a link.
    unsubscribeUrl: signUp.url,
    preferencesUrl: signUp.url,
    storyOffUrl: signUp.url,
    alertsOnlyOffUrl: signUp.url,
    webViewUrl: archive?.url ?? signUp.url,
  }
  return fillSlots(kept, values, { as: 'html' })
}

function relinked(link: string, { url, label }: { url: string; label: string }): string {
  const href = escapeHtml(pageUrl(url, label))
  return link
    .replace(/\bhref="[^"]*"/, () => `href="${href}"`)
    .replace(/>[\s\S]*<\/a>/, () => `>${escapeHtml(label)}</a>`)
}
