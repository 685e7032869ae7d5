import type { Complaint } from './check-tags.ts'
import type { FormName } from './form-names.ts'

const EVERY = ['unsubscribeUrl', 'preferencesUrl', 'webViewUrl', 'signUpUrl', 'whyLine', 'storyUrl']
const OF_ALERTS = ['storyOffUrl', 'alertsOnlyOffUrl']

/** What every mail needs, for readers and for the law. */
const NEEDED: [slot: string, why: string][] = [
  ['unsubscribeUrl', 'the link to unsubscribe'],
  ['preferencesUrl', 'the link to the reader’s choices'],
  ['webViewUrl', 'the link to the mail on the web'],
  ['whyLine', 'why the reader gets this mail'],
]

/** Slots are filled with what is a reader’s own; a form names those there are. */
export function complaintsOfSlots(form: string, name: FormName): Complaint[] {
  const known = name.startsWith('alert.') ? [...EVERY, ...OF_ALERTS] : EVERY
  return Array.from(form.matchAll(/%%slot:?([A-Za-z]*)(:?)([^%]?)/g)).flatMap(
    ({ 0: whole, 1: slot = '', 2: colon, 3: rest, index }) => {
      const at = index
      if (!known.includes(slot))
        return [{ at, message: `there is no slot “${slot}”: use ${known.join(', ')}` }]
      const closed = form.startsWith('%%', index + whole.length)
      if (slot !== 'storyUrl')
        return closed && colon === '' && rest === ''
          ? []
          : [{ at, message: `a slot is written %%slot:${slot}%%, with nothing in it` }]
      return colon === ':' && rest === '{'
        ? []
        : [
            {
              at,
              message:
                'the link of a story is written {% if story.link %}%%slot:storyUrl:{{ story.link }}%%{% else %}{{ story.url }}{% endif %}',
            },
          ]
    },
  )
}

/** What is missing in a mail as it would leave. */
export function missingIn(
  mail: string,
  { part, address }: { part: string; address: string },
): string[] {
  const slots = NEEDED.flatMap(([slot, why]) => {
    const link = part === 'mjml' && slot.endsWith('Url')
    const written = link ? `href="%%slot:${slot}%%` : `%%slot:${slot}%%`
    return mail.includes(written)
      ? []
      : [
          `${why} is missing in some mails: ${link ? `<a href="%%slot:${slot}%%">` : `%%slot:${slot}%%`}, or the partial foot, outside of any if`,
        ]
  })
  // Text is broken into lines.
  const words = mail.replace(/\s+/g, ' ')
  return words.includes(address)
    ? slots
    : [
        ...slots,
        'the postal address is missing in some mails: {{ publication.address }}, or the partial foot-end, outside of any if',
      ]
}
