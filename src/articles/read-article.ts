import { Refusal } from '#errors.ts'
import type { ArticleInput, ArticleText } from './article.ts'
import { decodeArticle } from './reading/decode.ts'
import { readHtml } from './reading/read-html.ts'
import { readJson } from './reading/read-json.ts'
import { readText } from './reading/read-text.ts'
import { webAddress } from './reading/web-address.ts'

/** The article in an HTML page, a JSON document or plain text; a Refusal where there is none. */
export function readArticle(input: ArticleInput): ArticleText {
  const text = decodeArticle(input)
  const url = webAddress(input.url)
  const said = `${input.contentType ?? ''} ${input.fileName ?? ''}`.toLowerCase()
  switch (formatOf(text.slice(0, 2_000).trimStart(), said)) {
    case 'feed':
      throw new Refusal(
        'This is a feed, not an article. Add it as a feed, or send one of its articles.',
      )
    case 'json':
      return readJson(parseJson(text), url)
    case 'html':
      return readHtml(text, url)
    case 'text':
      return readText(text, url)
  }
}

type Format = 'feed' | 'json' | 'html' | 'text'

/** What the text looks like goes before what it is called: servers are often wrong about it. */
function formatOf(head: string, said: string): Format {
  if (/^(<\?xml[^>]*>\s*)?(<!--[^>]*-->\s*)*<(rss|feed|rdf:RDF)[\s>]/i.test(head)) return 'feed'
  if (/^(\{\s*("|\})|\[\s*(\{|\]|"))/.test(head)) return 'json'
  if (
    /^<(!doctype\s+html|!--|html|head|body|article|main|section|div|p|h1|header|meta|title|script|\?xml)\b/i.test(
      head,
    )
  )
    return 'html'
  if (/<html[\s>]|<body[\s>]/i.test(head)) return 'html'
  if (/\bjson\b/.test(said)) return 'json'
  return /\bx?html?\b/.test(said) && head.includes('<') ? 'html' : 'text'
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch (cause) {
    throw new Refusal(
      'This looks like JSON but cannot be parsed. Check its quotes and commas, or send plain text.',
      { cause },
    )
  }
}
