import { pipeline } from 'node:stream/promises'
import type { Readable } from 'node:stream'
import { from as copyFrom, to as copyTo } from 'pg-copy-streams'
import type pg from 'pg'
import type { TableHead } from './entries.ts'

type Client = pg.ClientBase

/** One moment, for all tables. */
export async function beginSnapshot(client: Client): Promise<void> {
  await client.query('begin isolation level repeatable read read only')
}

/** The version of the program that last used the database; null where it did not say so yet. */
export async function findProgram(client: Client): Promise<string | null> {
  const { rows } = await client.query<{ value: string }>(
    `select value #>> '{}' as value from setting where name = 'program'`,
  )
  return rows[0]?.value ?? null
}

/** All tables with the columns that are not computed; of one in partitions the whole, and where its partitions begin. */
export async function listTables(client: Client): Promise<(TableHead & { bytes: number })[]> {
  const { rows } = await client.query<TableHead & { bytes: number }>(`
    select 'table' as kind, c.relname as name
         , array(select a.attname::text from pg_attribute a
                  where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and a.attgenerated = ''
                  order by a.attnum) as columns
         , array(select substring(p.relname from '_(\\d+)$')::int
                   from pg_inherits i join pg_class p on p.oid = i.inhrelid
                  where i.inhparent = c.oid order by 1) as partitions
         , (select coalesce(sum(pg_table_size(t.relid)), 0) from pg_partition_tree(c.oid) t)::float8
           + case when c.relkind = 'r' then pg_table_size(c.oid) else 0 end as bytes
      from pg_class c
     where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition
       and c.relname <> 'schema_migration'
     order by c.relname`)
  return rows
}

/** A table's rows as COPY writes them in text: so another major version of PostgreSQL reads them. */
export function copyOut(
  client: Client,
  { name, columns }: TableHead,
): Readable & { rowCount: number } {
  return client.query(
    copyTo(`copy (select ${columns.map(quoted).join(', ')} from ${quoted(name)}) to stdout`),
  )
}

/** @returns how many rows were taken */
export async function copyIn(
  client: Client,
  { head: { name, columns }, pieces }: { head: TableHead; pieces: AsyncIterable<Buffer> },
): Promise<number> {
  const into = client.query(
    copyFrom(`copy ${quoted(name)} (${columns.map(quoted).join(', ')}) from stdin`),
  )
  await pipeline(pieces, into)
  return into.rowCount
}

/** What each sequence gave last; one that gave nothing yet is left out. */
export async function listSequences(client: Client): Promise<Record<string, number>> {
  const { rows } = await client.query<{ name: string; last: number }>(`
    select sequencename as name, last_value::float8 as last from pg_sequences
     where schemaname = 'public' and last_value is not null order by 1`)
  return Object.fromEntries(rows.map(({ name, last }) => [name, last]))
}

/** A name of the catalogue, or one of a backup whose shape was checked. */
export function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}
