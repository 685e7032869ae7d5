/** Something that the one who runs the house should know before readers do. */
export type Trouble = {
  /** Which one: told once while it lasts. "relay ours", "edition 41 held". */
  cause: string
  /** One sentence, without a stop. */
  words: string
  /** What mends it, or says more: a command. */
  fix: string
  /** So long it may last before it is told, in ms: what comes and goes by itself wakes nobody. */
  grace?: number
}
