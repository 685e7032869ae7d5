import { tmpdir } from 'node:os'
import { describe, expect, test } from 'vitest'
import { explainFailure, PostgresFailure } from '#db/start-failure.ts'

const dataDir = tmpdir()

describe('what the system refuses is told with the fix', () => {
  test.each([
    'initdb: error: could not write to file "postgres/pg_wal/x": Success',
    'FATAL:  could not write lock file "postmaster.pid": No space left on device',
    'PANIC:  could not extend file: Disk quota exceeded',
  ])('a full disk: %s', async (output) => {
    const explained = await explainFailure(new PostgresFailure('exit code 1', output), dataDir)

    expect(explained).toMatchObject({
      name: 'Refusal',
      message: `the disk that holds ${dataDir} is full: free some space and start again`,
    })
  })

  test('a fatal line of the server is its reason', async () => {
    const output =
      '2026-11-22 19:59:36.585 UTC [8721] FATAL:  database files are incompatible with server\n' +
      '2026-11-22 19:59:36.585 UTC [8721] DETAIL:  initialized by PostgreSQL version 17'

    const explained = await explainFailure(new PostgresFailure('exit code 1', output), dataDir)

    expect(explained).toMatchObject({
      name: 'Refusal',
      message: expect.stringContaining(
        'does not start: database files are incompatible with server.',
      ),
    })
  })

  test('a surprise stays a surprise', async () => {
    const surprise = new TypeError('x is not a function')

    expect(await explainFailure(surprise, dataDir)).toBe(surprise)
  })
})
