import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { readConfig } from '#config.ts'
import { addCrowd } from '#drill/crowd-store.ts'
import { setPublication } from '#drill/drill-edition.ts'
import { type DrillHouse, openDrillHouse } from '#drill/drill-house.ts'

const MAIN = `${import.meta.dirname}/../../src/main.ts`

/** A house in a temporary folder with made-up readers; nothing of the environment gets in. */
export async function openBenchHouse({
  readers,
  newsletters = ['daily'],
  ports,
  connections,
}: {
  readers: number
  newsletters?: string[]
  ports: number[]
  connections: number
}): Promise<DrillHouse> {
  const house = await openDrillHouse({
    config: readConfig({}),
    ports,
    connections,
    leaseSeconds: 300,
  })
  try {
    const { db, clock } = house.app.context
    await setPublication({ db })
    await addCrowd(db, { readers, newsletters, now: clock.now() })
  } catch (error) {
    await house[Symbol.asyncDispose]()
    throw error
  }
  return house
}

/** Runs a command of the product in the house. */
export async function command(house: DrillHouse, ...args: string[]): Promise<string> {
  const env = { ...house.environmentOf(0), SMTP_URL: '', DAYBREAK_OPERATOR: 'bench' }
  const { stdout } = await promisify(execFile)(process.execPath, [MAIN, ...args], { env })
  return stdout
}
