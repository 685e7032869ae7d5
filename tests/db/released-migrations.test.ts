import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import released from './released-migrations.json' with { type: 'json' }

const FOLDER = new URL('../../src/db/migrations/', import.meta.url)
const names = readdirSync(FOLDER).toSorted()
const textOf = (name: string) => readFileSync(new URL(name, FOLDER), 'utf8')

// A database that has a migration never sees its text again: what is edited later is missing there.
test.each(Object.entries(released))('%s is as it was released', (name, hash) => {
  expect(createHash('sha256').update(textOf(name)).digest('hex')).toBe(hash)
})

test('those that were released are the first ones, without a gap', () => {
  expect(names.slice(0, Object.keys(released).length)).toEqual(Object.keys(released))
})

/** What the version before may still use, or cannot satisfy. */
const NARROWS =
  /\bdrop\s+(?:table|column|type|function|view)\b|\brename\s+(?:to|column|constraint)\b|\balter\s+column\s+\w+\s+(?:set\s+not\s+null|type)\b|\badd\s+column\s+\w+\s+[^,;]*\bnot\s+null(?![^,;]*\bdefault\b)/i

/** The statements that narrow, without "-- contract: …" in front of them. */
function listNarrowing(text: string): string[] {
  return text
    .split(';')
    .filter((statement) => NARROWS.test(statement.replaceAll(/--.*$/gm, '')))
    .filter((statement) => !/^\s*--\s*contract: \S/m.test(statement))
}

// While machines are upgraded one after the other, the version before works on the new schema.
const since = names.filter((name) => name >= '0010')
test.each(since)('%s only adds, or says what it takes back', (name) => {
  expect(listNarrowing(textOf(name))).toEqual([])
})

test.each([
  ['alter table subscriber drop column colour', 1],
  ['alter table subscriber rename to reader', 1],
  ['alter table subscriber alter column name set not null', 1],
  ['alter table subscriber add column shoe integer not null', 1],
  ['alter table subscriber add column shoe integer not null default 0', 0],
  ['alter table subscriber add column shoe integer', 0],
  ['create table shoe (size integer not null)', 0],
  ['-- contract: unused since 0.3\nalter table subscriber drop column colour', 0],
  ['-- drop column is what this does not do\ncreate index shoe_size on shoe (size)', 0],
])('%s', (statement, found) => {
  expect(listNarrowing(`select 1;\n${statement};\nselect 2;`)).toHaveLength(found)
})
