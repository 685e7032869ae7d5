import { parseArgs } from 'node:util'
import type { Command } from '#commands/command.ts'
import { openApp, refuseSilentInbox } from '#app.ts'
import { Refusal } from '#errors.ts'
import { roleNames } from '#role-names.ts'
import { untilToldToStop } from '#stop-signal.ts'
import { supervise } from '#supervise.ts'

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
    await using app = await openApp({ config, command: `start --role ${role}` })
    await using running = new AsyncDisposableStack()
    running.use(await runRole(app, role))
    await stop.told
    app.context.log.info(
      { role },
      'stopping: mails on their way are finished, the rest is given back',
    )
  },
}
