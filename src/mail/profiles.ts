import type { Priority } from '#mail/outcome.ts'
import type { Profile, ProfileName } from '#mail/profile.ts'

/** What a mail's token is called where providers keep it. */
export const TOKEN_NAME = 'daybreak'

/** With blanks, so that the header line can be folded. */
const TRACKING_OFF = `{${['clicktrack', 'opentrack', 'subscriptiontrack']
  .map((name) => `"${name}": {"settings": {"enable": 0}}`)
  .join(', ')}}`

export const profiles: Record<ProfileName, Profile> = {
  /** A mail server of the newsroom's own: it passes on what it gets, from its own address. */
  own: {
    name: 'own',
    sign: true,
    replaces: [],
    headers: [],
    keepsMessageId: true,
    bounces: 'envelope',
    warmUp: true,
  },
  /** Nothing is known of it: as a plain relay of RFC 5321, which changes no header but adds Received. */
  generic: {
    name: 'generic',
    sign: true,
    replaces: [],
    headers: [],
    keepsMessageId: true,
    bounces: 'envelope',
    warmUp: true,
  },
  /**
   * Amazon SES. It overrides Date and Message-ID (Developer Guide, "Header fields"), and a signature of one's own must
   * not cover them ("Manual DKIM signing"). Bounces come back to SES, which tells through SNS, and names our envelope
   * sender, and so its token, as the mail's source. Its addresses are shared.
   */
  ses: {
    name: 'ses',
    sign: true,
    replaces: ['message-id', 'date'],
    headers: [],
    keepsMessageId: false,
    bounces: 'webhook',
    warmUp: false,
  },
  /**
   * Postmark. The Message-ID is replaced unless X-PM-KeepID says no; tracking and the stream are chosen by header
   * (Postmark, "Sending with SMTP"). It signs with the domain's key at Postmark, and takes bounces at a return path of
   * its own; X-PM-Metadata-… comes back as the webhook's Metadata.
   */
  postmark: {
    name: 'postmark',
    sign: false,
    replaces: [],
    headers: [
      ['X-PM-Message-Stream', 'broadcast'],
      ['X-PM-KeepID', 'true'],
      ['X-PM-TrackOpens', 'false'],
      ['X-PM-TrackLinks', 'None'],
    ],
    tokenHeader: (token) => [`X-PM-Metadata-${TOKEN_NAME}`, token],
    keepsMessageId: true,
    bounces: 'webhook',
    warmUp: false,
  },
  /**
   * Mailgun. X-Mailgun-Track switches off opens and clicks together, and X-Mailgun-Variables comes back as the
   * webhook's user-variables (Mailgun, "Sending via SMTP"). It signs itself.
   */
  mailgun: {
    name: 'mailgun',
    sign: false,
    replaces: [],
    headers: [['X-Mailgun-Track', 'no']],
    tokenHeader: (token) => ['X-Mailgun-Variables', `{"${TOKEN_NAME}": "${token}"}`],
    keepsMessageId: true,
    bounces: 'webhook',
    warmUp: false,
  },
  /**
   * SendGrid. Filters of the X-SMTPAPI header overrule the account's tracking; subscription tracking would put its own
   * List-Unsubscribe in the place of ours (SendGrid, "SMTP filters"). Its unique_args come back in each event. With an
   * authenticated domain it signs itself.
   */
  sendgrid: {
    name: 'sendgrid',
    sign: false,
    replaces: [],
    headers: [],
    // One header holds both: of two, SendGrid reads one.
    tokenHeader: (token) => [
      'X-SMTPAPI',
      `{"unique_args": {"${TOKEN_NAME}": "${token}"}, "filters": ${TRACKING_OFF}}`,
    ],
    keepsMessageId: true,
    bounces: 'webhook',
    warmUp: false,
  },
}

/** Postmark takes mail that was asked for one by one in a stream of its own, which adds no unsubscribe link. */
const postmarkConfirmation: Profile = {
  ...profiles.postmark,
  headers: profiles.postmark.headers.map(([name, value]) => [
    name,
    name === 'X-PM-Message-Stream' ? 'outbound' : value,
  ]),
}

export function profileFor(name: ProfileName, priority: Priority): Profile {
  return name === 'postmark' && priority === 'confirmation' ? postmarkConfirmation : profiles[name]
}

const HOSTS: readonly (readonly [suffix: string, name: ProfileName])[] = [
  ['.amazonaws.com', 'ses'],
  ['.amazonaws.com.cn', 'ses'],
  ['.postmarkapp.com', 'postmark'],
  ['.mailgun.org', 'mailgun'],
  ['.sendgrid.net', 'sendgrid'],
]

/** The profile of a well-known provider's host. */
export function profileOfHost(host: string): ProfileName | undefined {
  return HOSTS.find(([suffix]) => `.${host.toLowerCase()}`.endsWith(suffix))?.[1]
}
