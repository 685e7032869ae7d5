/** How a mail program shows a mail; what is left out is as its reader has it. */
export type Look = { scheme?: 'light' | 'dark' | undefined; images?: boolean | undefined }

/**
 * The mail as a program shows it that is set to light or dark, or that loads no pictures. No frame can ask a browser for
 * that, so its own rules are made to hold, or not to.
 */
export function asShown(html: string, { scheme, images = true }: Look): string {
  const coloured = scheme === undefined ? html : inScheme(html, scheme)
  return images ? coloured : withoutImages(coloured)
}

function inScheme(html: string, scheme: 'light' | 'dark'): string {
  // Only in its head: the same words in a story are the story's.
  const end = html.indexOf('</head>')
  const head = html
    .slice(0, end)
    .replaceAll(
      /\(prefers-color-scheme:\s*dark\)/g,
      scheme === 'dark' ? '(min-width: 0)' : '(max-width: 0)',
    )
    .replaceAll(/\b(color-schemes?(?::|" content=")\s*)light dark/g, `$1${scheme}`)
  return head + html.slice(end)
}

function withoutImages(html: string): string {
  return html
    .replaceAll(/<img\b[^>]*>/gi, (tag) => tag.replace(/\ssrc(?:set)?="[^"]*"/gi, ''))
    .replaceAll(/\sbackground="[^"]*"/gi, '')
}
