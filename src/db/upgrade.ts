import type { ClientBase } from 'pg'
import { Refusal } from '#errors.ts'
import { knownVersion, migrate, SchemaRefusal, schemaVersion } from './migrate.ts'

/** What is done about records that a start would change. */
export type Upgrading = {
  /** Keeps them as they are. */
  before: (client: ClientBase, from: number) => Promise<void>
  /** Where the change failed, or a newer program made it: how the old version comes back, in words. */
  wayBack: (client: ClientBase) => Promise<string>
}

/**
 * Brings the schema up to this program's version, and before that keeps what is there. One at a time: who comes second
 * finds it done.
 * @throws Refusal with the way back
 */
export async function upgrade(client: ClientBase, upgrading: Upgrading | undefined): Promise<void> {
  const behind = (await schemaVersion(client)) < (await knownVersion())
  if (behind) await client.query(`select pg_advisory_lock(hashtext('daybreak upgrade'))`)
  try {
    // On a new database too: what another start is making must not be taken for records of an older version.
    if (behind && upgrading !== undefined && (await isBehind(client)))
      await upgrading.before(client, await schemaVersion(client))
    await migrate(client)
  } catch (cause) {
    if (!(cause instanceof SchemaRefusal) || upgrading === undefined) throw cause
    throw new Refusal(`${cause.message}\n${await upgrading.wayBack(client)}`, { status: 78, cause })
  } finally {
    if (behind) await client.query(`select pg_advisory_unlock(hashtext('daybreak upgrade'))`)
  }
}

/** Of a database that is in use: a new one has nothing to lose. */
async function isBehind(client: ClientBase): Promise<boolean> {
  const version = await schemaVersion(client)
  return version > 0 && version < (await knownVersion())
}
