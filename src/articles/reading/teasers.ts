import { type Block, isHeading } from './blocks.ts'

const LEAST_TEASERS = 3
const MOST_BLOCKS = 3
const MOST_WORDS = 60
const LEAST_REST = 40

/** Without lists of other articles: linked headings, each with a line or two, three or more in a row. */
export function withoutTeasers(blocks: readonly Block[]): Block[] {
  const heads = blocks.flatMap((block, index) => (isHead(block) ? [index] : []))
  const dropped = new Set<number>()
  for (const run of runsOf(blocks, heads)) for (const index of run) dropped.add(index)
  const kept = blocks.filter((_, index) => !dropped.has(index))
  const words = kept.reduce((sum, block) => sum + (isHead(block) ? 0 : block.words), 0)
  // A page that is a list keeps it.
  return words < LEAST_REST ? [...blocks] : kept
}

function isHead(block: Block): boolean {
  return isHeading(block) && block.linked > 0.85 && block.words >= 2
}

function runsOf(blocks: readonly Block[], heads: readonly number[]): number[][] {
  const runs: number[][] = []
  let run: number[][] = []
  for (const [at, head] of heads.entries()) {
    const next = heads[at + 1] ?? blocks.length
    const teaser = teaserAt(blocks, head, next)
    if (teaser.at(-1) === next - 1 && at + 1 < heads.length) run.push(teaser)
    else {
      // After the last one the article may go on: it has no more lines than the others.
      const longest = Math.max(1, ...run.map(({ length }) => length))
      const last = teaser.slice(0, run.length === 0 ? 1 : longest)
      if (run.length + 1 >= LEAST_TEASERS) runs.push([...run.flat(), ...last])
      run = []
    }
  }
  return runs
}

function teaserAt(blocks: readonly Block[], head: number, next: number): number[] {
  const lines = blocks.slice(head + 1, Math.min(next, head + 1 + MOST_BLOCKS))
  const end = lines.findIndex((block) => block.words > MOST_WORDS || isHeading(block))
  const length = end === -1 ? lines.length : end
  return [head, ...lines.slice(0, length).map((_, index) => head + 1 + index)]
}
