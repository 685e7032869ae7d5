import type { Hono } from 'hono'
import { expect, test } from 'vitest'
import { commands } from '#cli.ts'
import type { Command } from '#commands/command.ts'
import { readConfig } from '#config.ts'
import type { Context } from '#context.ts'
import { apiRoutes } from '#http/api/routes.ts'
import { NOBODY_ANSWERS } from '../http/web-fixture.ts'
import { verbsOf } from './usage-verbs.ts'

type Twin = {
  /** Under /api/v1, with its method. */
  route: string
  /** What each option is called there; where it is none, why. */
  options?: Record<string, string>
}

const RESEND: Twin = {
  route: 'POST /editions/:id/resend',
  options: { '--for': 'for', '--reply': 'reply', '--yes': 'yes' },
}
const CLICKS: Twin = { route: 'GET /editions/:id/clicks' }
const SHOWN: Twin = {
  route: 'GET /editions/:id',
  options: { '--watch': 'asked again: GET /editions/:id/progress' },
}

/** Newsletters, the clock, drafts, previews, checks, approval, breaking news, corrections, the archive and the switches. */
const ROOMS: Record<string, Record<string, Twin>> = {
  digest: {
    compose: {
      route: 'POST /newsletters/:slug/editions',
      options: { '--again': 'again', '--since': 'since' },
    },
    preview: { route: 'GET /editions/:id/preview', options: { '--out': 'a file of the asker' } },
    approve: { route: 'POST /editions/:id/approve', options: { '--hash': 'hash' } },
    send: {
      route: 'POST /editions/:id/send',
      options: { '--local-hour': 'rule', '--spread': 'spread', '--over-limit': 'overLimit' },
    },
  },
  alert: {
    '': {
      route: 'POST /articles/:id/alert',
      options: {
        '--major': 'level',
        '--release': 'POST /editions/:id/approve, then /send',
        '--over-limit': 'overLimit of /send',
      },
    },
  },
  note: {
    compose: {
      route: 'POST /notes',
      options: {
        '--newsletter': 'newsletter',
        '--segment': 'segment',
        '--got': 'got',
        '--subject': 'subject',
        '--preview': 'previewText',
      },
    },
  },
  editions: {
    '': {
      route: 'GET /editions',
      options: { '--newsletter': 'newsletter', '--state': 'state', '--limit': 'limit' },
    },
  },
  edition: {
    '': SHOWN,
    approval: { route: 'GET /editions/:id/approval' },
    draft: { route: 'GET /editions/:id/draft' },
    check: {
      route: 'POST /editions/:id/check',
      options: { '--pass': 'check of POST /editions/:id/overrides', '--reason': 'reason of it' },
    },
    preview: {
      route: 'GET /editions/:id/preview',
      options: {
        '--reader': 'reader',
        '--variant': 'variant',
        '--text': 'part',
        '--dark': 'scheme',
        '--no-images': 'images',
      },
    },
    test: {
      route: 'POST /editions/:id/test',
      options: { '--to': 'to', '--reader': 'reader', '--variant': 'variant' },
    },
    edit: {
      route: 'PATCH /editions/:id/draft',
      options: { '--change': 'edits', '--draft': 'draft' },
    },
    approve: { route: 'POST /editions/:id/approve', options: { '--hash': 'hash' } },
    'send-back': { route: 'POST /editions/:id/send-back', options: { '--note': 'note' } },
    override: { route: 'POST /editions/:id/override', options: { '--reason': 'reason' } },
    call: { route: 'POST /editions/:id/call' },
    release: { route: 'POST /editions/:id/release', options: { '--over-limit': 'overLimit' } },
    cancel: { route: 'POST /editions/:id/cancel' },
    pause: { route: 'POST /editions/:id/pause' },
    resume: { route: 'POST /editions/:id/resume' },
    stop: {
      route: 'POST /editions/:id/stop',
      options: { '--reason': 'reason', '--yes': 'yes' },
    },
    'resend deferred-out': RESEND,
    'resend uncertain': RESEND,
    'resend rejected': RESEND,
  },
  corrections: {
    '': { route: 'GET /corrections' },
    ID: { route: 'GET /corrections/:id' },
    open: { route: 'POST /corrections' },
    decide: {
      route: 'POST /corrections/:id/decide',
      options: {
        '--label': 'label',
        '--was': 'was',
        '--now': 'now',
        '--way': 'way',
        '--headline': 'headline',
        '--summary': 'summary',
      },
    },
    accept: { route: 'POST /corrections/:id/accept', options: { '--hash': 'hashes' } },
    dismiss: { route: 'POST /corrections/:id/dismiss', options: { '--reason': 'reason' } },
  },
  clicks: { EDITION: CLICKS },
  newsletters: {
    '': { route: 'GET /newsletters' },
    '--embed': {
      route: 'GET /embed',
      options: { '--topics': 'topics', '--language': 'language' },
    },
    clicks: { route: 'PUT /newsletters/:slug/clicks' },
    welcome: { route: 'PUT /newsletters/:slug/welcome' },
    show: { route: 'GET /newsletters/:slug' },
    add: {
      route: 'POST /newsletters',
      options: { '--name': 'name', '--description': 'description', '--kind': 'kind' },
    },
    set: { route: 'PATCH /newsletters/:slug', options: { '--revision': 'revision' } },
    due: { route: 'GET /newsletters/:slug/due' },
    template: {
      route: 'PUT /newsletters/:slug/template',
      options: {
        '--read': 'forms',
        '--check': 'check',
        '--write': 'GET of the same path; a folder of the asker',
        '--house': 'DELETE of the same path',
      },
    },
    pause: {
      route: 'POST /newsletters/:slug/pause',
      options: { '--from': 'from', '--until': 'until', '--reason': 'reason' },
    },
    resume: { route: 'POST /newsletters/:slug/resume' },
    staff: { route: 'GET /staff' },
    'staff add': { route: 'POST /staff' },
    'staff remove': { route: 'POST /staff/remove' },
  },
  hold: {
    '': { route: 'GET /hold' },
    now: { route: 'POST /hold', options: { '--reason': 'reason' } },
    release: { route: 'POST /hold/release', options: { '--without-leavings': 'withoutLeavings' } },
  },
  oncall: {
    '': { route: 'GET /on-call' },
    list: { route: 'GET /on-call' },
    add: { route: 'POST /on-call', options: { '--address': 'address', '--deputy': 'deputy' } },
    remove: { route: 'DELETE /on-call/:name' },
  },
}

/** Commands of other rooms, and those of the machine that Daybreak runs on. */
const ELSEWHERE =
  'start demo setup test-mail backup restore feeds ingest articles report returns donotmail consent erase signups subscribers reader import export segments topics settings limits dkim doctor lint drill operators tokens keys audit status stories'

/** Routes of these rooms that say in another way what a verb says, and the verb. */
const AS_WELL: Record<string, string> = {
  'GET /newsletters/:slug/template': 'newsletters template, with --write or nothing',
  'DELETE /newsletters/:slug/template': 'newsletters template --house',
  'GET /editions/:id/progress': 'edition --watch',
  'GET /editions/:id/check': 'edition check',
  'POST /editions/:id/overrides': 'edition check --pass',
  'GET /editions/:id/report': 'report',
  'GET /editions/:id/resend': 'edition resend, without --yes',
  'PUT /on-call': 'oncall add, one after the other',
}

const PATHS = /^\w+ \/(editions|newsletters|staff|embed|corrections|notes|hold|on-call)(\/|$)/

const loaded: Record<string, Command> = {}
for (const name of Object.keys(ROOMS)) {
  const load = commands[name]
  if (load !== undefined) loaded[name] = await load()
}

function routes(): string[] {
  const config = readConfig({})
  const context = { config, db: {} } as unknown as Context
  const api: Hono = apiRoutes(context, { asked: NOBODY_ANSWERS, dataDir: '/nonexistent' })
  return api.routes.map(({ method, path }) => `${method} ${path}`)
}

test('every command belongs to a room that is known here', () => {
  expect(Object.keys(commands).toSorted()).toEqual(
    [...Object.keys(ROOMS), ...ELSEWHERE.split(' ')].toSorted(),
  )
})

test.each(Object.keys(ROOMS))(
  'every verb of "daybreak %s" has its route, and each option',
  (name) => {
    const verbs = verbsOf(loaded[name]?.usage ?? '')

    const known = Object.entries(ROOMS[name] ?? {}).map(([verb, { options = {} }]) => ({
      verb,
      options: Object.keys(options).toSorted(),
    }))

    expect(sorted(verbs)).toEqual(sorted(known))
  },
)

test('every route of a verb is there', () => {
  const there = routes()

  const wanted = Object.values(ROOMS).flatMap((verbs) => Object.values(verbs))
  expect(wanted.map(({ route }) => route).filter((route) => !there.includes(route))).toEqual([])
})

test('every route of these rooms has its verb', () => {
  const verbs = Object.values(ROOMS).flatMap((room) => Object.values(room))
  const said = new Set([...verbs.map(({ route }) => route), ...Object.keys(AS_WELL)])

  const unsaid = routes().filter((route) => PATHS.test(route) && !said.has(route))

  expect(unsaid).toEqual([])
})

test.each(Object.keys(ROOMS))('"daybreak %s" answers programs too', (name) => {
  expect(loaded[name]?.usage).toContain('--json')
})

function sorted<Row extends { verb: string }>(rows: Row[]): Row[] {
  return rows.toSorted((one, other) => one.verb.localeCompare(other.verb))
}
