import type { Question } from './prompt.ts'

/** `tokens` are those that the server counted; null where it did not say. */
export type Reply =
  | { kind: 'answered'; answer: unknown; tokens: number | null }
  | { kind: 'failed'; reason: string }

export type Model = { name: string; ask: (question: Question) => Promise<Reply> }

export const MOST_ANSWER_TOKENS = 600
