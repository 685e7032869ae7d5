import type { Context } from '#context.ts'
import type { Db } from '#db/open.ts'
import { Refusal } from '#errors.ts'
import type { AlertModel, BoxBlock, CorrectionModel, DigestModel } from '#mail/template-model.ts'
import { wordsFor } from '#mail/words.ts'
import { compileAlert, compileCorrection, compileDigest } from '#mail/templates.ts'
import { contentHashOf } from '../content-hash.ts'
import type { EditionStory } from '../content-store.ts'
import { dateLine, momentLine, partOfDay } from '../dates.ts'
import { publicationOf, type Settings, senderLineOf } from '../publication.ts'
import { UNTAGGED } from '../selection/choose-stories.ts'
import type { Compiled } from '../store.ts'
import type {
  AlertDraft,
  CorrectionDraft,
  DigestDraft,
  DraftBox,
  DraftCorrection,
  DraftItem,
} from './draft.ts'
import { itemBlocks, linksOf, withArticles } from './item-block.ts'
import type { EditionRules } from './rules-store.ts'
import { preheaderOf, subjectOf } from './subject.ts'
import { withOwnForms } from './with-own-forms.ts'

/** All that follows from a draft: what readers see, what is approved, and which stories it holds. */
export type Content = {
  subject: string
  preheader: string
  compiled: Compiled
  contentHash: string
  stories: EditionStory[]
  /** What was left out of the mail, in words for the person who made it. */
  notes: string[]
}

export type Compiling = {
  rules: EditionRules
  set: Settings
  /** The day on the masthead. */
  day: Date
  /** Of several editions a day. */
  slot?: number | null | undefined
}

type Needs = Pick<Context, 'config'> & { db: Db }

/** The same draft, rules and day give the same content. @throws Refusal for a story that no mail can hold */
export async function compileDigestDraft(
  { db, config }: Needs,
  { draft, rules, set, day, slot }: Compiling & { draft: DigestDraft },
): Promise<Content> {
  const { publicUrl } = config
  const chosen = await withArticles(db, draft.items)
  const blocks = itemBlocks(chosen, { rules, set, day, slot, publicUrl })
  const [lead, ...rest] = blocks
  if (lead === undefined) throw new Refusal('a digest needs a story', { field: 'stories' })
  // Who follows a topic may get other stories: the subject speaks of everybody's.
  const told = blocks.filter(
    ({ gone }, index) => gone !== true && chosen[index]?.item.followers === false,
  )
  const named = { headlines: told.map(({ headline }) => headline), rules, set, day }
  const subject = draft.subject?.text ?? subjectOf(named)
  const preheader = draft.preheader?.text ?? preheaderOf(named)
  const model: DigestModel = {
    publication: {
      ...publicationOf(set),
      ...(rules.logoUrl === null ? {} : { logoUrl: rules.logoUrl }),
    },
    newsletter: { name: rules.name, description: rules.description },
    dateLine: dateLine({ ...set, ...zoneOf(rules), now: day }),
    countClicks: rules.clicks,
    colours: rules.colours,
    subject,
    preheader,
    greeting: draft.greeting ?? greetingOf(set),
    lead: { ...lead, section: lead.section === UNTAGGED ? '' : lead.section },
    // One picture, the lead's: the others are read, not looked at.
    sections: [...Map.groupBy(rest, (block) => block.section)].map(([name, stories]) => ({
      name,
      stories: stories.map((story) => ({ ...story, image: null })),
    })),
    boxes: draft.boxes.filter((box) => isShown(box, day)).map(boxBlock),
    corrections: draft.corrections.map((one) => correctionLine(one, set.language)),
    moreOnWeb: draft.moreOnWeb,
    partOfDay: partOfDay(rules.localTime),
  }
  const { mail: digest, ...made } = await withOwnForms(rules, async (forms) =>
    compileDigest({ ...model, forms }),
  )
  const compiled: Compiled = {
    form: 'digest',
    digest,
    ...made,
    sender: senderOf({ rules, set, publicUrl }),
    ...(rules.clicks ? { links: linksOf(blocks) } : {}),
  }
  return {
    subject,
    preheader,
    compiled,
    contentHash: contentHashOf({ subject, preheader, compiled }),
    stories: draft.items.map(storyOf),
    notes: digest.notes,
  }
}

/** @throws Refusal for a story that no mail can hold */
export async function compileAlertDraft(
  { db, config }: Needs,
  { draft, rules, set, day }: Compiling & { draft: AlertDraft },
): Promise<Content> {
  const { publicUrl } = config
  const chosen = await withArticles(db, [draft.item])
  const blocks = itemBlocks(chosen, { rules, set, day, publicUrl })
  const [one] = chosen
  const [story] = blocks
  if (one === undefined || story === undefined)
    throw new Error(`article ${draft.item.articleId} is gone`)
  const { article, item } = one
  const subject = draft.subject?.text ?? subjectOf({ headlines: [story.headline], rules, set, day })
  const preheader =
    draft.preheader?.text ??
    (article.standfirst ?? story.sentences[0] ?? story.headline).slice(0, 200)
  const model: AlertModel = {
    publication: publicationOf(set),
    newsletter: { name: rules.name, description: rules.description },
    dateLine: dateLine({ ...set, now: day }),
    countClicks: rules.clicks,
    colours: rules.colours,
    subject,
    preheader,
    knownAt: momentLine({ ...set, now: new Date(draft.knownAt) }),
    update: draft.update,
    story: { ...story, section: rules.name },
    notKnownYet: draft.notKnownYet?.text ?? null,
  }
  const { mail, ...made } = await withOwnForms(rules, async (forms) =>
    compileAlert({ ...model, forms }),
  )
  const compiled: Compiled = {
    form: 'single',
    html: mail.html,
    text: mail.text,
    ...made,
    sender: senderOf({ rules, set, publicUrl }),
    ...(rules.clicks ? { links: linksOf(blocks) } : {}),
  }
  return {
    subject,
    preheader,
    compiled,
    contentHash: contentHashOf({ subject, preheader, compiled }),
    stories: [{ ...storyOf(item), section: rules.name }],
    notes: mail.notes,
  }
}

export async function compileCorrectionDraft(
  { config }: Pick<Context, 'config'>,
  { draft, rules, set, day }: Compiling & { draft: CorrectionDraft },
): Promise<Content> {
  const { label, was, isNow, about } = draft
  const { titles } = wordsFor(set.language).correction
  const subject =
    draft.subject?.text ??
    subjectOf({
      // What was wrong is not said again in large letters.
      headlines: [`${titles[label]}: ${about.right}`],
      rules: { ...rules, subjectRule: null },
      set,
      day,
    })
  const model: CorrectionModel = {
    publication: publicationOf(set),
    newsletter: { name: rules.name, description: rules.description },
    dateLine: dateLine({ ...set, now: day }),
    colours: rules.colours,
    subject,
    preheader: was,
    label,
    was,
    isNow,
    about,
  }
  const { mail, ...made } = await withOwnForms(rules, async (forms) =>
    compileCorrection({ ...model, forms }),
  )
  const compiled: Compiled = {
    form: 'single',
    html: mail.html,
    text: mail.text,
    ...made,
    sender: senderOf({ rules, set, publicUrl: config.publicUrl }),
  }
  const contentHash = contentHashOf({ subject, preheader: was, compiled })
  return { subject, preheader: was, compiled, contentHash, stories: [], notes: mail.notes }
}

/** "Correction, “Council votes 16 to 7”: The council voted 17 to 6. It voted 16 to 7." */
function correctionLine(
  { label, headline, text, url }: DraftCorrection,
  language: string,
): DigestModel['corrections'][number] {
  const { titles } = wordsFor(language).correction
  return { text: `${titles[label]}, “${headline}”: ${text}`, url }
}

/** The house's own, every day, where nobody wrote one for this edition. */
function greetingOf({ greeting, greetingSignedBy }: Settings): DigestModel['greeting'] {
  return greeting === null ? null : { text: greeting, signedBy: greetingSignedBy ?? '' }
}

function boxBlock({ kind, label, text, image, link, after }: DraftBox): BoxBlock {
  return { kind, label, text, image, link, after }
}

/** By ISO days, both included. */
function isShown({ from, until }: DraftBox, day: Date): boolean {
  const today = day.toISOString().slice(0, 10)
  return (from === null || from <= today) && (until === null || today <= until)
}

function storyOf({
  storyId,
  articleId,
  revision,
  section,
  followers,
  since,
}: DraftItem): EditionStory {
  return { storyId, articleId, revision, section, followers, since: since !== null }
}

function zoneOf({ timeZone }: EditionRules): { timeZone?: string } {
  return timeZone === null ? {} : { timeZone }
}

export function senderOf({
  rules,
  set,
  publicUrl,
}: {
  rules: EditionRules
  set: Settings
  publicUrl: URL
}) {
  const own = {
    ...set,
    name: rules.senderName ?? set.name,
    fromAddress: rules.fromAddress ?? set.fromAddress,
    replyTo: rules.replyTo ?? set.replyTo,
  }
  return senderLineOf(own, { publicUrl, newsletter: rules })
}
