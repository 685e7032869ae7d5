import type { Evidence, KnownCopy } from '#demo/bad-day/evidence.ts'

const WRONG = 'The wall costs 18 million'
const RIGHT = 'The wall costs 28 million'
const WAS = 'We wrote 18 million.'
const IS_NOW = 'It is 28 million.'

const DIGEST = 1
const CORRECTION = 2

function copy(subscriberId: number, more: Partial<KnownCopy> = {}): KnownCopy {
  return {
    subscriberId,
    email: `r${subscriberId}@x.example`,
    state: 'accepted',
    reason: null,
    version: 1,
    attempt: 1,
    carries: true,
    messageId: `<d${subscriberId}>`,
    ...more,
  }
}

const UNSENT = { version: null, attempt: 0 } as const

function mail(subscriberId: number, words: string) {
  return {
    edition: DIGEST,
    to: `r${subscriberId}@x.example`,
    subject: 'The morning',
    messageId: `<d${subscriberId}>`,
    inReplyTo: null,
    text: `The Courier ${words} and so on`,
  }
}

function correctionMail(subscriberId: number) {
  return {
    edition: CORRECTION,
    to: `r${subscriberId}@x.example`,
    subject: `Correction: ${WRONG}`,
    messageId: `<c${subscriberId}>`,
    inReplyTo: `<d${subscriberId}>`,
    text: `The Courier Correction ${WAS} ${IS_NOW} The story`,
  }
}

function accounts(more: Partial<Evidence['digest']['accounts']>): Evidence['digest']['accounts'] {
  return {
    planned: 0,
    waiting: 0,
    tryingAgain: 0,
    claimed: 0,
    accepted: 0,
    rejected: 0,
    uncertain: 0,
    excluded: 0,
    excludedBy: {},
    waitingBecause: [],
    firstAcceptedAt: null,
    lastAcceptedAt: null,
    ...more,
  }
}

/**
 * A day that adds up. Reader 1 had the wrong story; 2 may have it and has, 3 may have it and has not; 4 had it and left;
 * 5 got the next version; 6 follows other topics; 7 is on a break.
 */
export function makeEvidence(): Evidence {
  const ofCorrection = (subscriberId: number, more: Partial<KnownCopy> = {}) =>
    copy(subscriberId, { carries: false, messageId: `<c${subscriberId}>`, ...more })
  return {
    digest: {
      editionId: DIGEST,
      accounts: accounts({ planned: 7, accepted: 4, uncertain: 2, excluded: 1 }),
      copies: [
        copy(1),
        copy(2, { state: 'uncertain' }),
        copy(3, { state: 'uncertain' }),
        copy(4),
        copy(5, { version: 2, attempt: 2 }),
        copy(6, { carries: false }),
        copy(7, { state: 'excluded', reason: 'snoozed', ...UNSENT }),
      ],
    },
    correction: {
      editionId: CORRECTION,
      accounts: accounts({ planned: 4, accepted: 3, excluded: 1 }),
      copies: [
        ofCorrection(1),
        ofCorrection(2),
        ofCorrection(3),
        ofCorrection(4, { state: 'excluded', reason: 'left', ...UNSENT }),
      ],
    },
    mails: [
      mail(1, WRONG),
      mail(2, WRONG),
      mail(4, WRONG),
      mail(5, RIGHT),
      mail(6, 'Something else'),
      correctionMail(1),
      correctionMail(2),
      correctionMail(3),
    ],
    died: { 'at DATA': 1, 'in the body': 1, 'before the reply': 1 },
    journal: { begun: 6, answered: 4 },
    day: {
      digest: DIGEST,
      correction: CORRECTION,
      position: 0,
      version: 2,
      wrong: WRONG,
      right: RIGHT,
      was: WAS,
      isNow: IS_NOW,
      left: ['r4@x.example'],
      reach: { copies: 4, uncertain: 2, left: 1 },
      outage: { command: 'daybreak edition 1', answer: ['  state: sending', '  left out: 1'] },
      desk: [{ command: 'daybreak corrections open 4', answer: ['correction 1: 1 edition'] }],
    },
    page: `Changed on 24 November 2026, 01:51 GMT ${WAS} ${IS_NOW} ${RIGHT}`,
  }
}
