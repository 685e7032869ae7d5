import {
  all,
  type Breach,
  type Element,
  type Examined,
  placeOf,
  type Rule,
  squeezed,
  unless,
  withHtml,
} from '#mail/lint/subject.ts'

const FILE_NAME =
  /^\S+\.(?:png|jpe?g|gif|webp|svg|bmp|avif)$|^(?:img|image|dsc|dscn|photo|picture|pic|screenshot)?[\s_-]*\d*$/i

/** What a screen reader and a mail program make of the markup. */
export const STRUCTURE_RULES: readonly Rule[] = [
  {
    name: 'html-language',
    says: 'the page does not say its language or direction',
    fix: 'Write <html lang="en" dir="ltr">.',
    where: '<html>',
    check: (mail) =>
      withHtml(mail, () => ['lang', 'dir'].filter((name) => !mail.page.getAttribute(name))),
  },
  {
    name: 'body-language',
    says: 'inside the body nothing says the language or direction',
    fix: 'Repeat lang and dir on the body or on the element around everything: webmail drops <html>.',
    where: '<body>',
    check: (mail) =>
      withHtml(mail, () => {
        const wrappers = all(mail, 'body, body > *, body > * > *')
        return ['lang', 'dir'].filter((name) => !wrappers.some((wrap) => wrap.getAttribute(name)))
      }),
  },
  {
    name: 'title-is-subject',
    says: 'the title is not the subject',
    fix: 'Give the page one <title>, with the words of the subject.',
    where: '<title>',
    check: (mail) =>
      withHtml(mail, () => {
        const titles = all(mail, 'title').map(({ textContent }) => squeezed(textContent))
        const same = titles.length === 1 && titles[0] === squeezed(mail.email.subject ?? '')
        return unless(same, titles[0] ?? 'no title')
      }),
  },
  {
    name: 'one-h1',
    says: 'the mail has not exactly one main heading',
    fix: 'Mark one heading as h1, the stories as h2.',
    where: 'the HTML part',
    check: (mail) =>
      withHtml(mail, () => {
        const count = all(mail, 'h1').length
        return unless(count === 1, `${count} h1`)
      }),
  },
  {
    name: 'heading-order',
    says: 'a heading skips a level',
    fix: 'Go down one level at a time: h1, h2, h3.',
    where: 'the HTML part',
    check: skippedLevels,
  },
  {
    name: 'layout-table',
    says: 'a table that only lays out is read aloud as a table',
    fix: 'Add role="presentation".',
    where: 'the HTML part',
    check: (mail) => {
      const tables = tablesOf(mail, 'th, caption').map(({ table }) => table)
      const named = new Set(tables)
      return all(mail, 'table')
        .filter((table) => !laysOut(table) && !named.has(table))
        .map((table) => ({ what: '', where: placeOf(table) }))
    },
  },
  {
    name: 'layout-heading-cell',
    says: 'a table that only lays out has heading cells',
    fix: 'Use td instead of th.',
    where: 'the HTML part',
    check: (mail) =>
      tablesOf(mail, 'th')
        .filter(({ table }) => laysOut(table))
        .map(({ cell }) => ({ what: '', where: placeOf(cell) })),
  },
  {
    name: 'image-alt',
    says: 'a picture has no alt',
    fix: 'Say in alt what it shows, or alt="" when it shows nothing that matters.',
    where: 'the HTML part',
    check: (mail) => images(mail, (image) => !image.hasAttribute('alt')),
  },
  {
    name: 'image-alt-words',
    says: 'the alt of a picture is a file name or no words',
    fix: 'Say in alt what it shows, or alt="" when it shows nothing that matters.',
    where: 'the HTML part',
    check: (mail) =>
      images(mail, (image) => {
        const alt = (image.getAttribute('alt') ?? '').trim()
        return alt !== '' && FILE_NAME.test(alt)
      }),
  },
  {
    name: 'image-width',
    says: 'a picture has no width',
    fix: 'Give the width attribute: Outlook shows the file’s own size otherwise.',
    where: 'the HTML part',
    check: (mail) => images(mail, (image) => !image.hasAttribute('width')),
  },
  {
    name: 'no-tracking-pixel',
    says: 'a picture nobody can see tells who opened the mail',
    fix: 'Leave it out.',
    where: 'the HTML part',
    check: (mail) => images(mail, isPixel),
  },
]

function skippedLevels(mail: Examined): Breach[] {
  const headings = all(mail, 'h1, h2, h3, h4, h5, h6')
  return headings.flatMap((heading, index) => {
    const before = index === 0 ? 0 : levelOf(headings[index - 1])
    const level = levelOf(heading)
    // A section heading may stand before the h1: a masthead does.
    if (index === 0 || level <= before + 1) return []
    return [{ what: `h${level} after h${before}`, where: placeOf(heading) }]
  })
}

function levelOf(heading: Element | undefined): number {
  return Number(heading?.localName.slice(1) ?? 0)
}

function laysOut(table: Element): boolean {
  return /^(?:presentation|none)$/i.test(table.getAttribute('role') ?? '')
}

/** Cells with the table they belong to, which is not one around it. */
function tablesOf(mail: Examined, selector: string): { cell: Element; table: Element }[] {
  return all(mail, selector).flatMap((cell) => {
    let table = cell.parentElement
    while (table !== null && table.localName !== 'table') table = table.parentElement
    return table === null ? [] : [{ cell, table }]
  })
}

function images(mail: Examined, wrong: (image: Element) => boolean): Breach[] {
  return all(mail, 'img')
    .filter(wrong)
    .map((image) => {
      const source = image.getAttribute('src') ?? 'an image without a source'
      return { what: image.getAttribute('alt') ?? '', where: `<img> ${source}` }
    })
}

function isPixel(image: Element): boolean {
  const style = image.getAttribute('style') ?? ''
  const sides = ['width', 'height'].map(
    (side) =>
      image.getAttribute(side) ??
      new RegExp(`(?:^|[\\s;])${side}:\\s*([\\d.]+)px`, 'i').exec(style)?.[1],
  )
  const hidden = /display:\s*none|visibility:\s*hidden/i.test(style)
  return hidden || sides.some((side) => side !== undefined && /^[01](?:px)?$/.test(side))
}
