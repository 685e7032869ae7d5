import type { Db } from '#db/open.ts'
import { ArticleWindow, type Compared, type Match } from './article-window.ts'
import { listJoined } from './store.ts'
import { unpackTerms } from './terms.ts'

/** What a new article of a language is compared with: the last that came in. */
const CAPACITY = 2000
/** Over all languages, when a process begins. */
const FIRST_READ = 4000
/** A story runs on as long as no three days pass without an article. */
const HOURS = 72
const MATCHES = 20

/** A process that clusters many articles reads each of the others once. */
export class StoryWindow {
  readonly #languages = new Map<string, ArticleWindow>()
  #after = 0

  /** To be called by one transaction at a time, which holds the lock of the stories. */
  async matches(db: Db, article: Compared & { language: string }): Promise<Match[]> {
    await this.#read(db)
    const window = this.#windowOf(article.language)
    return window.matches(article, { hours: HOURS, limit: MATCHES })
  }

  /** What joined, changed its words or was moved by a person since. */
  async #read(db: Db): Promise<void> {
    const joined = await listJoined(db, { after: this.#after, limit: FIRST_READ })
    for (const { number, language, at, terms, ...article } of joined) {
      this.#windowOf(language).add({ ...article, at: at.getTime(), terms: unpackTerms(terms) })
      this.#after = number
    }
  }

  #windowOf(language: string): ArticleWindow {
    const known = this.#languages.get(language) ?? new ArticleWindow({ capacity: CAPACITY })
    this.#languages.set(language, known)
    return known
  }
}
