export type ClusterScore = {
  precision: number
  recall: number
  f1: number
  /** Bagga and Baldwin 1998: each article counts alike, so that one large story does not decide. */
  bCubedF1: number
}

/** How well articles were put together: over pairs, and over articles. */
export function scoreClusters(
  articles: readonly { story: string; cluster: number | string }[],
): ClusterScore {
  let [both, together, belong] = [0, 0, 0]
  const each = { precision: 0, recall: 0 }
  for (const one of articles) {
    const cluster = articles.filter((other) => other.cluster === one.cluster)
    const story = articles.filter((other) => other.story === one.story)
    const hits = cluster.filter((other) => other.story === one.story).length
    both += hits - 1
    together += cluster.length - 1
    belong += story.length - 1
    each.precision += hits / cluster.length / articles.length
    each.recall += hits / story.length / articles.length
  }
  const precision = together === 0 ? 1 : both / together
  const recall = belong === 0 ? 1 : both / belong
  return {
    precision,
    recall,
    f1: harmonic(precision, recall),
    bCubedF1: harmonic(each.precision, each.recall),
  }
}

function harmonic(one: number, other: number): number {
  return one + other === 0 ? 0 : (2 * one * other) / (one + other)
}
