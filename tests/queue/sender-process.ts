import { openApp } from '#app.ts'
import { readConfig } from '#config.ts'
import { runRole } from '#roles.ts'

// The sending process as it runs for real, until its standard input ends.
await using app = await openApp({ config: readConfig(), command: 'sender' })
await using _role = await runRole(app, 'sender')
process.stdout.write('ready\n')
await new Promise((resolve) => process.stdin.on('end', resolve).resume())
