import type { EditionKind } from '#editions/store.ts'
import type { Lane } from '#queue/jobs.ts'

/** News that cannot wait goes in a lane of its own. */
export function laneOf(kind: EditionKind): Lane {
  switch (kind) {
    case 'alert':
    case 'correction':
      return 'alert'
    case 'digest':
    case 'note':
      return 'digest'
  }
}

export function kindsOf(lane: 'alert' | 'digest'): EditionKind[] {
  return lane === 'alert' ? ['alert', 'correction'] : ['digest', 'note']
}
