import { z } from 'zod'
import type { FeedItem } from '../../feeds/feed.ts'

const text = z.string().nullable()
const moment = z.iso
  .datetime()
  .transform((value) => new Date(value))
  .nullable()

const stored = z.object({
  guid: text,
  url: text,
  title: text,
  html: text,
  summary: text,
  byline: text,
  publishedAt: moment,
  updatedAt: moment,
  tags: z.array(z.string()),
  section: text,
  image: z
    .object({
      url: z.string(),
      alt: text,
      width: z.number().nullable(),
      height: z.number().nullable(),
    })
    .nullable(),
  language: text,
})

/** An item as it was kept in its row. */
export function readStoredItem(json: unknown): FeedItem {
  return stored.parse(json)
}
