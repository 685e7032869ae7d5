import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'

// Three kinds, told by the file name: pure, on a real PostgreSQL, and with servers and browsers of the machine.
export default defineConfig({
  test: {
    // Most wait for PostgreSQL: on two cores three workers end well before one, vitest's own choice.
    maxWorkers: Math.max(3, availableParallelism() - 1),
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['tests/**/*.test.ts'],
          exclude: ['tests/**/*.db.test.ts', 'tests/**/*.end.test.ts'],
          testTimeout: 30_000,
          hookTimeout: 60_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'db',
          include: ['tests/**/*.db.test.ts'],
          globalSetup: ['tests/database-server.ts'],
          testTimeout: 30_000,
          hookTimeout: 60_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'end',
          include: ['tests/**/*.end.test.ts'],
          testTimeout: 180_000,
          hookTimeout: 180_000,
          fileParallelism: false,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
})
