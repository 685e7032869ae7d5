import { parseArgs } from 'node:util'
import type { Command } from '#commands/command.ts'
import { type App, openApp, openDataDir, refuseSilentInbox } from '#app.ts'
import type { Config } from '#config.ts'
import { Refusal } from '#errors.ts'
import { createLog } from '#log.ts'
import { type RoleName, roleNames } from '#role-names.ts'
import { untilToldToStop } from '#stop-signal.ts'
import { supervise } from '#supervise.ts'
import { tellOfStart, tellOfUpgrade } from '#upkeep/tell-of-upgrade.ts'

export const start: Command = {
  usage: 'start [--role web|sender]',
  about:
    'Runs Daybreak until it is told to stop: web pages and intake, and the sender. --role runs one of them.',
  async run({ args, config }) {
    const { values } = parseArgs({ args, options: { role: { type: 'string' } } })
    const role = roleNames.find((name) => name === values.role)
    if (values.role !== undefined && role === undefined) {
      throw new Refusal(`there is no role "${values.role}": use one of ${roleNames.join(', ')}`, {
        field: 'role',
      })
    }
    refuseSilentInbox(config)
    using stop = untilToldToStop(config)
    if (role === undefined) {
      process.exitCode = await supervise(config, stop.signal)
      return
    }
    const { runRole } = await import('#roles.ts')
    await using app = await openFor(role, config)
    await using running = new AsyncDisposableStack()
    running.use(await runRole(app, role))
    await stop.told
    app.context.log.info(
      { role },
      'stopping: mails on their way are finished, the rest is given back',
    )
  },
}

/** The one that serves the web tells of a start that failed for the schema, and of the one that works again. */
async function openFor(role: RoleName, config: Config): Promise<App> {
  const command = `start --role ${role}`
  if (role !== 'web') return openApp({ config, command })
  const log = createLog({ level: config.logLevel, name: command })
  const place = { config, dataDir: await openDataDir(config), log, fetch, now: new Date() }
  try {
    const app = await openApp({ config, command })
    await tellOfStart(place)
    return app
  } catch (error) {
    await tellOfUpgrade(error, place)
    throw error
  }
}
