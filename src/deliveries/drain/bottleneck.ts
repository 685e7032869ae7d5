/** What a lane's next mail waits for. */
export type Bottleneck =
  | { kind: 'relay' | 'database' | 'composing' }
  | { kind: 'limit'; because: string }
  | { kind: 'resting'; reason: string; until: Date }

/** Where a lane's time went since it was last asked. */
export type Shares = { relay: number; database: number; composing: number }

export type LaneState = {
  shares: Shares
  /** What limit kept due rows back, in words. */
  because: string | null
  rest: { reason: string; until: number } | undefined
  relays: { replyMs: number; connections: number }
}

export function bottleneckOf({ shares, because, rest }: LaneState): Bottleneck {
  if (rest !== undefined)
    return { kind: 'resting', reason: rest.reason, until: new Date(rest.until) }
  if (because !== null) return { kind: 'limit', because }
  if (shares.relay >= shares.database && shares.relay >= shares.composing) return { kind: 'relay' }
  return { kind: shares.database >= shares.composing ? 'database' : 'composing' }
}

/** For a person who asks why it is not faster: "the relay answers in 310 ms on 8 connections". */
export function describeBottleneck(state: LaneState): string {
  const bottleneck = bottleneckOf(state)
  switch (bottleneck.kind) {
    case 'relay': {
      const { replyMs, connections } = state.relays
      const answer = replyMs < 10 ? replyMs.toFixed(1) : Math.round(replyMs)
      return `the relay answers in ${answer} ms on ${connections} connection${connections === 1 ? '' : 's'}`
    }
    case 'database':
      return 'the database hands out mails no faster'
    case 'composing':
      return 'this machine composes mails no faster'
    case 'limit':
      return bottleneck.because
    case 'resting':
      return `the relay takes no mail, tried again at ${bottleneck.until.toISOString().slice(11, 19)} UTC: ${bottleneck.reason}`
  }
}
