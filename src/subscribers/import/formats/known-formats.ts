import { foldName } from './fold.ts'
import { PENDING, type Format, isFalse, isTrue, never, READER } from './format.ts'
import { reasonOf, standingOf } from './state-words.ts'

/** The first that fits wins: from the most particular to the plainest. */
export const knownFormats: readonly Format[] = [
  {
    name: 'daybreak',
    title: 'Daybreak readers',
    marks: [['email', 'state', 'time_zone', 'confirmed', 'newsletters', 'do_not_mail']],
    columns: {
      address: ['email'],
      state: ['state'],
      zone: ['time_zone'],
      language: ['language'],
      agreed: ['confirmed'],
      since: ['signed_up'],
      newsletters: ['newsletters'],
      topics: ['topics'],
      hour: ['hour'],
      snoozed: ['snoozed_until'],
      attributes: ['attributes'],
    },
    dropped: ['reader', 'left', 'do_not_mail'],
    standing(cell) {
      const stopped = reasonOf(foldName(cell('do_not_mail')))
      if (stopped !== undefined) return never(stopped)
      return cell('state') === 'pending' ? PENDING : standingOf(foldName(cell('state')))
    },
  },
  {
    name: 'daybreak-suppressions',
    title: 'Daybreak do-not-mail list',
    marks: [['address_hash', 'key', 'reason']],
    columns: { hash: ['address_hash'], key: ['key'], reason: ['reason'] },
    dropped: ['since'],
    standing: (cell) => never(reasonOf(cell('reason')) ?? 'blocked'),
  },
  {
    name: 'mailchimp',
    title: 'Mailchimp',
    marks: [
      ['email_address', 'optin_time'],
      ['email_address', 'confirm_time'],
      ['email_address', 'unsub_time'],
      ['email_address', 'clean_time'],
      ['email_address', 'member_rating'],
    ],
    columns: {
      address: ['email_address'],
      zone: ['timezone'],
      language: ['language', 'preferred_language'],
      agreed: ['optin_time', 'confirm_time'],
    },
    dropped: [
      'optin_ip',
      'confirm_ip',
      'latitude',
      'longitude',
      'gmtoff',
      'dstoff',
      'cc',
      'region',
      'leid',
      'euid',
      'last_changed',
      'unsub_time',
      'unsub_campaign_title',
      'unsub_campaign_id',
      'unsub_reason',
      'unsub_reason_other',
      'clean_time',
      'clean_campaign_title',
      'clean_campaign_id',
    ],
    standing(cell, file) {
      if (cell('clean_time') !== '' || /(^|[^a-z])cleaned/i.test(file)) return never('bounced')
      if (/abuse|complain/i.test(cell('unsub_reason'))) return never('complained')
      if (cell('unsub_time') !== '' || /(^|[^a-z])unsubscribed/i.test(file)) return never('left')
      return /non-?_?subscribed|transactional/i.test(file)
        ? { kind: 'refused', problem: 'was never subscribed at Mailchimp' }
        : READER
    },
  },
  {
    name: 'ghost',
    title: 'Ghost',
    marks: [
      ['email', 'subscribed_to_emails', 'created_at'],
      ['email', 'complimentary_plan', 'stripe_customer_id'],
    ],
    columns: { address: ['email'], since: ['created_at'] },
    dropped: [
      'id',
      'subscribed_to_emails',
      'stripe_customer_id',
      'deleted_at',
      'note',
      'import_tier',
    ],
    standing: (cell) =>
      isFalse(cell('subscribed_to_emails')) || cell('deleted_at') !== '' ? never('left') : READER,
  },
  {
    name: 'substack',
    title: 'Substack',
    marks: [
      ['email', 'active_subscription', 'email_disabled'],
      ['email', 'active_subscription', 'created_at'],
      ['email', 'active_subscription', 'subscription_created_at'],
      ['email', 'active_subscription', 'expiry'],
    ],
    columns: { address: ['email'], since: ['created_at', 'subscription_created_at', 'start_date'] },
    dropped: [
      'email_disabled',
      'digest_enabled',
      'stripe_customer_id',
      'bounced',
      'complained',
      'bounced_at',
    ],
    standing(cell) {
      if (isTrue(cell('complained'))) return never('complained')
      if (isTrue(cell('bounced'))) return never('bounced')
      return isTrue(cell('email_disabled')) ? never('left') : READER
    },
  },
  {
    name: 'listmonk',
    title: 'listmonk',
    marks: [
      ['email', 'name', 'attributes', 'status'],
      ['email', 'name', 'attributes'],
    ],
    columns: {
      address: ['email'],
      state: ['status'],
      since: ['created_at', 'subscription_created_at'],
      attributes: ['attributes'],
    },
    dropped: [
      'id',
      'uuid',
      'updated_at',
      'subscription_status',
      'subscription_updated_at',
      'lists',
    ],
    standing(cell) {
      const status = foldName(cell('status'))
      if (/block|black/.test(status)) return never('blocked')
      if (status === 'disabled' || /unsub/.test(cell('subscription_status'))) return never('left')
      return /unconfirmed/.test(cell('subscription_status')) ? PENDING : READER
    },
  },
  {
    name: 'beehiiv',
    title: 'beehiiv',
    marks: [
      ['email', 'status', 'subscription_tier'],
      ['email', 'status', 'tier'],
      ['email', 'status', 'utm_source'],
      ['email', 'status', 'subscribed_at'],
    ],
    columns: {
      address: ['email'],
      state: ['status'],
      since: ['subscribed_at', 'created_at', 'subscribe_date', 'created'],
    },
    dropped: [
      'id',
      'subscriber_id',
      'subscription_id',
      'stripe_customer_id',
      'unsubscribed_at',
      'referral_code',
      'ip_address',
    ],
    standing(cell) {
      const status = foldName(cell('status'))
      return /^(pending|validating|needs_attention|paused)$/.test(status)
        ? PENDING
        : standingOf(status)
    },
  },
]
