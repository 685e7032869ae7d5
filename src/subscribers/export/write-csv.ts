import { stringify } from 'csv-stringify/sync'
import { guardFormula } from '../import/formula-guard.ts'

export type Cell = string | number | boolean | Date | null

/** A line of a table that no spreadsheet runs. */
export function csvLine(cells: readonly Cell[]): string {
  // By itself it leaves a carriage return bare, which is a line end to most readers.
  return stringify([cells.map((cell) => guardFormula(textOf(cell)))], { quoted_match: /[\r\n]/ })
}

function textOf(cell: Cell): string {
  if (cell === null) return ''
  return cell instanceof Date ? cell.toISOString() : String(cell)
}
