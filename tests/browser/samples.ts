import type { html } from 'hono/html'

import { inboxPage, messagePage } from '#http/html/inbox-pages.ts'
import {
  alreadyOffPage,
  storyOffPage,
  unknownLinkPage,
  unsubscribedPage,
  unsubscribePage,
} from '#http/html/leave-pages.ts'
import { errorPage, type PageFrame } from '#http/html/page.ts'
import { allBlocks, joinDigest } from '#mail/digest-blocks.ts'
import { fillSlots } from '#mail/slots.ts'
import type { DigestModel } from '#mail/template-model.ts'
import {
  compileAlert,
  compileConfirm,
  compileDigest,
  compileNote,
  compileWelcome,
} from '#mail/templates.ts'

import {
  alert,
  confirm,
  courier,
  digestOf,
  note,
  slotValues,
  welcome,
} from '../mail/harbour-courier.ts'
import { preferencesSamples } from './preferences-samples.ts'
import { signUpSamples } from './sign-up-samples.ts'

// One of everything that people see, with the made-up newsroom's content.

export type Sample = { name: string; kind: 'mail' | 'page'; markup: string }

export const frame: PageFrame = {
  publication: courier.publication,
  language: 'en',
  assets: '/assets',
}

const leaving = {
  address: 'm…@example.org',
  preferencesUrl: '/p/sample',
  leaveAllAction: '/u/sample/all',
  signUpUrl: '/',
}

export async function mailSamples(): Promise<Sample[]> {
  const digest = await compileDigest(digestOf(10))
  const arabic = await compileDigest(arabicDigest())
  const update = await compileAlert({ ...alert, update: 2, notKnownYet: null })
  return [
    mail('digest', joinDigest(digest, [0, 1, 2, 3, 4, 5, 6]).html),
    mail('digest-own-topics', joinDigest({ ...digest, moreOnWeb: 3 }, [1, 2, 3, 4]).html),
    mail(
      'digest-arabic',
      joinDigest(arabic, allBlocks(arabic)).html,
      'تصلك هذه الرسالة لأنك اشتركت في موجز الصباح في 3 مايو 2026.',
    ),
    mail('alert', (await compileAlert(alert)).html, ALERT_WHY),
    mail('alert-update', update.html, ALERT_WHY),
    mail('note', (await compileNote(note)).html),
    mail('confirm', (await compileConfirm(confirm)).html),
    mail('welcome', (await compileWelcome(welcome)).html),
  ]
}

const ALERT_WHY = 'You get this mail because you asked for Breaking news on 3 May 2026.'

function mail(name: string, markup: string, whyLine = slotValues.whyLine): Sample {
  return {
    name,
    kind: 'mail',
    markup: fillSlots(markup, { ...slotValues, whyLine }, { as: 'html' }),
  }
}

export async function pageSamples(): Promise<Sample[]> {
  const pages = {
    ...signUpSamples(frame),
    unsubscribe: unsubscribePage(frame, {
      ...leaving,
      action: '/u/sample',
      newsletter: { name: 'Morning Digest', kind: 'digest' },
      others: ['Breaking news'],
    }),
    unsubscribed: unsubscribedPage(frame, {
      ...leaving,
      newsletter: 'Morning Digest',
      undoAction: '/undo/sample',
      undoHours: 24,
      remaining: ['Breaking news'],
    }),
    'already-off': alreadyOffPage(frame, { ...leaving, newsletter: null }),
    'alerts-off': unsubscribePage(frame, {
      ...leaving,
      action: '/u/sample',
      newsletter: { name: 'Breaking news', kind: 'alerts' },
      others: [],
    }),
    'story-off': storyOffPage(frame, {
      action: '/s/sample',
      headline: 'Harbour bridge closed',
      hours: 24,
    }),
    'link-unknown': unknownLinkPage(frame, { signUpUrl: '/' }),
    ...preferencesSamples(frame),
    error: errorPage(frame, { message: 'This page does not exist. Check the link in your mail.' }),
    ...inboxSamples(),
  }
  return Promise.all(
    Object.entries(pages).map(async ([name, markup]) => ({
      name: `page-${name}`,
      kind: 'page' as const,
      markup: String(await markup),
    })),
  )
}

function inboxSamples(): Record<string, ReturnType<typeof html>> {
  const from = 'The Harbour Courier <news@courier.example>'
  const messages = [alert.subject, digestOf(1).subject, confirm.subject].map((subject, index) => ({
    id: String(index),
    url: `/inbox/${index}`,
    from,
    to: 'mara.holm@example.org',
    subject,
    receivedAt: `22 Nov, 06:4${index} CET`,
  }))
  const message = {
    from,
    to: 'mara.holm@example.org',
    subject: alert.subject,
    receivedAt: '22 Nov 2026, 06:42 CET',
    htmlUrl: '/inbox/0/html',
    text: 'Both directions are shut.\n\nhttps://courier.example/tunnel',
    headers: [
      { name: 'Message-ID', value: '<0f5a7c1e@news.courier.example>' },
      { name: 'List-Unsubscribe', value: `<${slotValues.unsubscribeUrl}>` },
    ],
    raw: 'From: news@courier.example\r\nTo: mara.holm@example.org\r\n\r\n…',
    links: [{ label: 'Unsubscribe', url: slotValues.unsubscribeUrl }],
  }
  const view = { message, tabUrl: (tab: string) => `/inbox/0?tab=${tab}`, inboxUrl: '/inbox' }
  return {
    inbox: inboxPage(frame, { messages, total: 3, olderUrl: null, clearAction: '/inbox/clear' }),
    'inbox-empty': inboxPage(frame, { messages: [], total: 0, olderUrl: null, clearAction: '/x' }),
    'message-html': messagePage(frame, { ...view, tab: 'html' }),
    'message-headers': messagePage(frame, { ...view, tab: 'headers' }),
  }
}

function arabicDigest(): DigestModel {
  const digest = digestOf(3)
  return {
    ...digest,
    publication: {
      ...digest.publication,
      name: 'بريد الميناء',
      address: 'ممر الحبال 4، بورت أنسل',
      disclaimer: 'الأوقات بالتوقيت المحلي.',
      language: 'ar',
    },
    newsletter: { name: 'موجز الصباح', description: 'ما تحتاجه قبل العمل' },
    dateLine: 'الأحد، 22 نوفمبر 2026',
    subject: 'عودة العبّارات الليلية بعد رفع سلسلة الميناء',
    greeting: null,
    corrections: [],
    lead: {
      ...digest.lead,
      section: 'المدينة',
      place: 'بورت أنسل',
      headline: 'عودة العبّارات الليلية بعد رفع سلسلة الميناء',
      sentences: ['أُزيل آخر حطام العاصفة من القناة في الثانية صباحًا، قبل الموعد بأربعة أيام.'],
      source: 'بريد الميناء',
      image: null,
    },
    sections: [
      {
        name: 'الاقتصاد',
        stories: [
          {
            ...digest.lead,
            id: 'arabic-2',
            section: 'الاقتصاد',
            place: null,
            headline: 'حوض السفن يوظف 120 متدربًا',
            sentences: ['إنها أكبر دفعة منذ عام 1998.', 'ينتهي التقديم في 12 ديسمبر.'],
            source: 'بريد الميناء',
            image: null,
          },
        ],
      },
    ],
  }
}
