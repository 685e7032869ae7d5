import type { ArticleText } from '../article.ts'
import { parsePage, refuseHostileMarkup } from './dom.ts'
import { finishArticle } from './finish.ts'
import { bodyOfPage } from './html-body.ts'
import { metadataOfPage } from './html-metadata.ts'

export function readHtml(html: string, url: string | null): ArticleText {
  refuseHostileMarkup(html)
  const metadata = metadataOfPage(parsePage(html), url)
  const paragraphs = bodyOfPage(html, metadata.body ?? '')
  return finishArticle({ metadata, paragraphs, url })
}
