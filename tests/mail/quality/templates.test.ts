import { expect, test } from 'vitest'
import { lintMessage } from '#mail/lint-message.ts'
import { compileDeskNote } from '#mail/templates.ts'
import { mailSamples } from '../../browser/samples.ts'
import { courier, slotValues } from '../harbour-courier.ts'
import { COMMON, composeMessage, DIGEST } from '../message-fixture.ts'

const note = await compileDeskNote({
  publication: courier.publication,
  subject: 'Your week',
  preheader: 'What the last seven days did to the list of readers',
  title: 'Your week',
  dateLine: 'Monday, 23 November 2026',
  passages: [
    { title: 'Readers', lines: ['41 joined, most of them by the form on the front page.'] },
  ],
  foot: 'You get this note because this address is the desk’s.',
})

const samples = [...(await mailSamples()), { name: 'desk-note', markup: note.html }]

// In English and right to left, with a picture, a greeting, corrections, updates: what the sent mails do not all have.
test.each(samples)('the template of $name keeps every rule', async ({ name, markup }) => {
  const subject = /<title>([^<]*)/.exec(markup)?.[1] ?? ''
  const service = ['confirm', 'welcome', 'desk-note'].includes(name)
  const raw = service
    ? await composeMessage({ ...COMMON, kind: 'service', html: markup, subject })
    : await composeMessage({
        ...DIGEST,
        html: markup,
        subject,
        text: `${DIGEST.text}${slotValues.unsubscribeUrl}`,
        list: {
          ...DIGEST.list,
          unsubscribe: { ...DIGEST.list.unsubscribe, url: slotValues.unsubscribeUrl },
        },
      })

  const violations = await lintMessage(raw, { kind: service ? 'service' : 'digest' })

  expect(violations).toEqual([])
})
