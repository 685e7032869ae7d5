import { isIPv4 } from 'node:net'

type Guest = { network: string; refused: number; deadline: NodeJS.Timeout }

/** Who is connected: how many of one network, how often each asked for an address that is not ours, and how long it may stay. */
export class Guests {
  readonly #limits: { perNetwork: number; badRecipients: number; sessionMs: number }
  readonly #guests = new Map<string, Guest>()
  readonly #networks = new Map<string, number>()

  constructor(limits: { perNetwork: number; badRecipients: number; sessionMs: number }) {
    this.#limits = limits
  }

  /** False: too many of its network are here. A byte now and then keeps a session from being idle, hence `onDeadline`. */
  enter({ id, address }: { id: string; address: string }, onDeadline: () => void): boolean {
    const network = networkOf(address)
    const here = this.#networks.get(network) ?? 0
    if (here >= this.#limits.perNetwork) return false
    this.#networks.set(network, here + 1)
    const deadline = setTimeout(onDeadline, this.#limits.sessionMs).unref()
    this.#guests.set(id, { network, refused: 0, deadline })
    return true
  }

  /** Counts an address that is not ours; true: that was one too many. */
  refuse(id: string): boolean {
    const guest = this.#guests.get(id)
    if (guest === undefined) return true
    guest.refused += 1
    return guest.refused >= this.#limits.badRecipients
  }

  leave(id: string): void {
    const guest = this.#guests.get(id)
    if (guest === undefined) return
    clearTimeout(guest.deadline)
    this.#guests.delete(id)
    const left = (this.#networks.get(guest.network) ?? 1) - 1
    if (left > 0) this.#networks.set(guest.network, left)
    else this.#networks.delete(guest.network)
  }
}

/** What one party commonly has: a /24 of IPv4, a /64 of IPv6. */
export function networkOf(address: string): string {
  if (isIPv4(address)) return address.split('.').slice(0, 3).join('.')
  const [head = '', tail] = address.toLowerCase().split('::')
  const groups = head.split(':').filter((group) => group !== '')
  const padded = tail === undefined ? groups : [...groups, '0', '0', '0', '0']
  return padded
    .slice(0, 4)
    .map((group) => group.replace(/^0+(?=.)/, ''))
    .join(':')
}
