/** When a bounce that may pass counts as one that will not. */
export const SOFT_POLICY = {
  /** A mailbox that is full or closed for holidays is not gone: so many different editions must have come back… */
  editions: 3,
  /** …over at least so many days, with none between them that stayed there. */
  days: 14,
  /** What is older says nothing about today. */
  withinDays: 90,
} as const

/** Mail systems give up after five days, and a few forget themselves. Later than this nobody really bounces. */
export const LATE_DAYS = 30
