import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { chmod, chown, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

const USER = '_rspamd'

/** rspamd of this machine on a port of its own, with Debian's rules, nothing learnt, and no DNS. */
export async function startRspamd(): Promise<AsyncDisposable & { controller: string }> {
  const dir = await mkdtemp(join(tmpdir(), 'daybreak-rspamd-'))
  const [normal, controller] = [await freePort(), await freePort()]
  const settings = {
    'worker-normal.inc': `bind_socket = "127.0.0.1:${normal}"; count = 1;`,
    'worker-controller.inc': `bind_socket = "127.0.0.1:${controller}";`,
    'worker-proxy.inc': 'enabled = false; count = -1;',
    // The discard port answers no question, and none leaves this machine.
    'options.inc': `dns { nameserver = ["127.0.0.1:9"]; timeout = 0.05s; retransmits = 1; }
control_socket = "${dir}/control.sock mode=0600";`,
  }
  await mkdir(join(dir, 'override.d'))
  for (const [name, text] of Object.entries(settings))
    await writeFile(join(dir, 'override.d', name), text)
  await chmod(dir, 0o755)
  const root = userInfo().uid === 0
  // As root it gives its rights away, to the user that Debian made for it.
  if (root) await chown(dir, idOf('-u'), idOf('-g'))
  const places = ['LOCAL_CONFDIR', 'DBDIR', 'RUNDIR', 'LOGDIR'].map(
    (name) => `--var=${name}=${dir}`,
  )
  const as = root ? ['-u', USER, '-g', USER] : []
  const child = spawn('rspamd', ['-f', ...as, ...places], { stdio: 'ignore' })
  const ended = once(child, 'exit')
  await untilUp(`http://127.0.0.1:${controller}/ping`, child)
  return {
    controller: `127.0.0.1:${controller}`,
    async [Symbol.asyncDispose]() {
      child.kill('SIGTERM')
      await ended
      await rm(dir, { recursive: true, force: true })
    },
  }
}

function idOf(flag: '-u' | '-g'): number {
  return Number(spawnSync('id', [flag, USER]).stdout.toString())
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

async function untilUp(url: string, child: ChildProcess): Promise<void> {
  for (let tries = 0; tries < 1200; tries += 1) {
    if (child.exitCode !== null) throw new Error(`rspamd ended with ${child.exitCode}`)
    const up = await fetch(url).then(
      ({ ok }) => ok,
      () => false,
    )
    if (up) return
    await sleep(50)
  }
  throw new Error('rspamd does not answer within a minute')
}
