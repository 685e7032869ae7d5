import type { PressText } from './press-texts.ts'

export type Layout = (text: PressText) => string

/** A page around a body of markup: navigation above, furniture of the reader below. */
function page(text: PressText, main: string, { head = '', below = '' } = {}): string {
  const nav = ['Start', 'News', 'Sport', 'Kultur', 'Wetter'].map(
    (name) => `<li><a href="/${name}">${name}</a></li>`,
  )
  return `<!doctype html><html><head><title>${text.title} - Kurier</title>${head}</head><body><div id="cookie-banner"><p>${text.cookies}</p></div><div class="top"><ul>${nav.join('')}</ul></div>${main}${below}<div id="bottom"><p>${text.footer}</p></div></body></html>`
}

const paragraphs = ({ lead, body }: PressText) =>
  [lead, ...body].map((each) => `<p>${each}</p>`).join('\n')

const teasers = ({ related, teaser }: PressText, heading = 'h3') =>
  `<div><${heading}>${related}</${heading}><ul>${[1, 2, 3].map((n) => `<li><a href="/s/${n}">${teaser} ${n}</a></li>`).join('')}</ul></div>`

const readerComments = ({ comments, comment }: PressText) =>
  `<h3>${comments}</h3><ol class="kommentarliste">${[1, 2].map(() => `<li><b>Gast77</b><p>${comment}</p></li>`).join('')}</ol>`

const furniture = (text: PressText) =>
  `${teasers(text)}<div class="nl"><p>${text.newsletter}</p></div>${readerComments(text)}`

/** A container of one of the well-known systems, with its tags and share links inside. */
function contained(open: string): Layout {
  const tag = /^<(\w+)/.exec(open)?.[1] ?? 'div'
  return (text) =>
    page(
      text,
      `<div id="wrap"><h1>${text.title}</h1><div class="info">${text.byline}</div>${open}${paragraphs(text)}<p>${text.share}</p><p>${text.tags}</p></${tag}></div>`,
      { below: furniture(text) },
    )
}

export const layouts = {
  wordpress: contained('<div class="entry-content">'),
  blogger: contained('<div class="post-body entry-content">'),
  typo3: contained('<div class="csc-textpic-text">'),
  drupal: contained('<div class="field field--name-body field__item">'),
  joomla: contained('<div class="item-page" itemprop="articleBody">'),
  storyBody: contained('<section class="story-body">'),
  articleTag: contained('<article>'),
  brokenLines: (text) =>
    page(
      text,
      `<div class="inhalt"><h1>${text.title}</h1><div>${[text.lead, ...text.body].join('<br><br>\n')}</div></div>`,
      { below: furniture(text) },
    ),
  bareText: (text) =>
    page(
      text,
      `<div id="text"><h2>${text.title}</h2>${text.lead}<br>${text.body.join('<br>')}</div>`,
    ),
  leadInHeader: (text) =>
    page(
      text,
      `<article><header><h1>${text.title}</h1><p class="lead">${text.lead}</p></header><figure><img src="a.jpg"><figcaption>${text.caption}</figcaption></figure><div class="body"><p>${text.body.join('</p><p>')}</p></div></article>`,
      { below: furniture(text) },
    ),
  leadInHeading: (text) =>
    page(
      text,
      `<div class="article"><h1>${text.title}</h1><h2>${text.lead}</h2><div class="article__body"><p>${text.body.join('</p><p>')}</p></div></div>`,
    ),
  leadInStrong: (text) =>
    page(
      text,
      `<div class="content"><h1>${text.title}</h1><div class="intro"><strong>${text.lead}</strong></div><div class="text"><p>${text.body.join('</p><p>')}</p></div></div>`,
      { below: teasers(text) },
    ),
  leadIsTeaser: (text) =>
    page(
      text,
      `<div class="detail"><h1>${text.title}</h1><div class="teaser-text"><p>${text.lead}</p></div><div class="bodytext"><p>${text.body.join('</p><p>')}</p></div></div>`,
      { below: furniture(text) },
    ),
  splitInSections: (text) =>
    page(
      text,
      `<main><h1>${text.title}</h1>${[text.lead, ...text.body].map((each, n) => `<div class="module module-${n}"><div class="inner"><p>${each}</p></div></div>`).join(`<div class="module"><p>${text.ad}</p></div>`)}</main>`,
    ),
  tables: (text) =>
    `<html><head><title>${text.title}</title></head><body><table width="780"><tr><td width="150"><a href="/">Home</a><br><a href="/a">Archiv</a></td><td><font size="4"><b>${text.title}</b></font><br><br><font size="2">${[text.lead, ...text.body].join('<br><br>')}</font></td></tr><tr><td colspan="2"><font size="1">${text.footer}</font></td></tr></table></body></html>`,
  forum: (text) =>
    page(
      text,
      `<div id="page-body"><h2><a href="/t/1">${text.title}</a></h2><div id="p1" class="post bg1"><div class="postbody"><h3><a href="#p1">${text.title}</a></h3><p class="author">von <a href="/u/1">Gast77</a></p><div class="content">${[text.lead, ...text.body].join('<br><br>')}</div></div></div></div>`,
    ),
  aside: (text) =>
    page(
      text,
      `<article><h1>${text.title}</h1><p>${text.lead}</p><p>${text.body[0]}</p>${teasers(text, 'h4')}<p>${text.ad}</p><p>${text.body[1]}</p><p>${text.related}: <a href="/s/4">${text.teaser}</a></p><p>${text.body[2]}</p></article>`,
    ),
  longComments: (text) =>
    page(
      text,
      `<div class="post"><h1>${text.title}</h1><div class="txt">${paragraphs(text)}</div></div>`,
      {
        below: `<div class="reactions"><h4>${text.comments}</h4>${Array.from({ length: 8 }, (_, n) => `<div class="eintrag"><p>${`${text.comment} `.repeat(3)}</p><p>Gast${n}</p></div>`).join('')}</div>`,
      },
    ),
  longTeasers: (text) =>
    page(
      text,
      `<div class="meldung"><h1>${text.title}</h1><div class="fliess">${paragraphs(text)}</div></div>`,
      {
        below: `<div class="liste">${Array.from({ length: 10 }, (_, n) => `<div class="eintrag"><h3><a href="/${n}">${text.teaser} ${n}</a></h3><p>${text.teaser} ${text.teaser} ${n}. <a href="/${n}">…</a></p></div>`).join('')}</div>`,
      },
    ),
  linkedText: (text) =>
    page(
      text,
      `<div class="post"><h1>${text.title}</h1>${[text.lead, ...text.body].map((each) => `<p><a href="/x">${each.slice(0, each.length * 0.4)}</a>${each.slice(each.length * 0.4)}</p>`).join('')}</div>`,
      { below: furniture(text) },
    ),
  quoteAndHeading: (text) =>
    page(
      text,
      `<div id="content"><h1>${text.title}</h1><p>${text.lead}</p><h2>Hintergrund</h2><p>${text.body[0]}</p><blockquote><p>${text.body[1]}</p></blockquote><ul><li>${text.body[2]}</li></ul></div>`,
      { below: furniture(text) },
    ),
  onlyInSchema: (text) =>
    page(
      text,
      `<div id="app"><h1>${text.title}</h1><p>${text.lead}</p><p>${text.share}</p></div>`,
      {
        head: `<script type="application/ld+json">${JSON.stringify({ '@type': 'NewsArticle', headline: text.title, articleBody: [text.lead, ...text.body].join('\n\n') })}</script>`,
      },
    ),
  amp: (text) =>
    page(
      text,
      `<amp-sidebar id="s"><ul><li><a href="/">A</a></li></ul></amp-sidebar><main><h1>${text.title}</h1><amp-img src="a.jpg" width="8" height="8"></amp-img><section>${paragraphs(text)}</section><amp-social-share type="x"></amp-social-share></main>`,
      { below: furniture(text) },
    ),
  hiddenByScript: (text) =>
    page(
      text,
      `<div class="story" style="visibility:hidden"><h1>${text.title}</h1><div class="paywall-content">${paragraphs(text)}</div></div>`,
    ),
  unclosed: (text) =>
    `<html><head><title>${text.title}</title></head><body><ul><li><a href=/>Home</a><li><a href=/b>Archiv</a></ul><div><h2>${text.title}</h2><p>${[text.lead, ...text.body].join('\n<p>')}</div><hr><p>${text.footer}</body></html>`,
  authorBox: (text) =>
    page(
      text,
      `<div class="single"><h1>${text.title}</h1>${paragraphs(text)}<div class="about-the-author"><h4>${text.byline}</h4><p>${text.newsletter}</p></div>${teasers(text)}</div>`,
    ),
  wholePageWidgets: (text) =>
    page(
      text,
      `<div class="widget-area"><div class="elementor-widget widget_text"><h1>${text.title}</h1></div>${[text.lead, ...text.body].map((each) => `<div class="elementor-widget"><div class="elementor-widget-container"><p>${each}</p></div></div>`).join('')}</div>`,
      { below: furniture(text) },
    ),
} satisfies Record<string, Layout>
