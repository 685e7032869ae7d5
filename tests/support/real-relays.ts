import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { certificate } from './certificate.ts'
import { portOf } from './fake-relay.ts'

/** A mail server of Debian with its own folder, that takes everything for recipients not named `gone…`. */
export type RealRelay = AsyncDisposable & { port: number; log: () => Promise<string> }

const POSTFIX_MAIN = `
compatibility_level = 3.6
myhostname = mail.example.org
mydestination =
inet_interfaces = 127.0.0.1
mynetworks = 127.0.0.0/8
default_transport = discard:
alias_maps =
maillog_file = FOLDER/log
maillog_file_prefixes = FOLDER
queue_directory = FOLDER/queue
data_directory = FOLDER/data
smtpd_tls_security_level = may
smtpd_tls_cert_file = FOLDER/cert.pem
smtpd_tls_key_file = FOLDER/key.pem
smtputf8_enable = yes
smtpd_recipient_restrictions =
  check_recipient_access regexp:{ {/^gone/ 550 5.1.1 user unknown} }, permit_mynetworks, reject
`
const POSTFIX_MASTER = `
PORT     inet n - n -     - smtpd
pickup   unix n - n 60    1 pickup
cleanup  unix n - n -     0 cleanup
qmgr     unix n - n 300   1 qmgr
tlsmgr   unix - - n 1000? 1 tlsmgr
rewrite  unix - - n -     - trivial-rewrite
bounce   unix - - n -     0 bounce
defer    unix - - n -     0 bounce
trace    unix - - n -     0 bounce
flush    unix n - n 1000? 0 flush
proxymap unix - - n -     - proxymap
error    unix - - n -     - error
retry    unix - - n -     - error
discard  unix - - n -     - discard
anvil    unix - - n -     1 anvil
postlog  unix-dgram n - n - 1 postlogd
`

export async function startPostfix(): Promise<RealRelay> {
  const folder = await openFolder()
  const port = await freePort()
  await mkdir(join(folder, 'config'))
  await Promise.all(['queue', 'data'].map((name) => mkdir(join(folder, name))))
  const fill = (text: string): string =>
    text.replaceAll('FOLDER', folder).replace('PORT', `${port}`)
  await writeFile(join(folder, 'config/main.cf'), fill(POSTFIX_MAIN))
  await writeFile(join(folder, 'config/master.cf'), fill(POSTFIX_MASTER))
  const postfix = ['-c', join(folder, 'config')]
  await ended(spawn('chown', ['postfix', join(folder, 'data')]))
  const child = spawn('/usr/sbin/postfix', [...postfix, 'start-fg'], { stdio: 'ignore' })
  return running({
    child,
    folder,
    port,
    log: 'log',
    stop: async () => ended(spawn('/usr/sbin/postfix', [...postfix, 'stop'], { stdio: 'ignore' })),
  })
}

const EXIM = `
primary_hostname = mail.example.org
spool_directory = FOLDER/spool
log_file_path = FOLDER/spool/%slog
local_interfaces = 127.0.0.1
tls_advertise_hosts = *
tls_certificate = FOLDER/cert.pem
tls_privatekey = FOLDER/key.pem
host_lookup =
rfc1413_hosts =
acl_smtp_rcpt = rcpt
begin acl
rcpt:
  deny message = 5.1.1 user unknown
       local_parts = ^gone
  accept
begin routers
all:
  driver = redirect
  data = :blackhole:
`

/** `program` need not be installed; `libraries` holds what it is linked to, and perhaps libnss_wrapper for its user. */
export async function startExim(program: string, libraries = ''): Promise<RealRelay> {
  const folder = await openFolder()
  const port = await freePort()
  const config = join(folder, 'exim.conf')
  await mkdir(join(folder, 'spool'))
  await chmod(join(folder, 'spool'), 0o777)
  await writeFile(config, EXIM.replaceAll('FOLDER', folder))
  await writeFile(
    join(folder, 'passwd'),
    ['root:x:0:0::/:', 'Debian-exim:x:65534:65534::/:'].join('\n'),
  )
  await writeFile(join(folder, 'group'), ['root:x:0:', 'Debian-exim:x:65534:'].join('\n'))
  const env = {
    ...process.env,
    LD_LIBRARY_PATH: libraries,
    LD_PRELOAD: libraries && join(libraries, 'libnss_wrapper.so'),
    NSS_WRAPPER_PASSWD: join(folder, 'passwd'),
    NSS_WRAPPER_GROUP: join(folder, 'group'),
  }
  const child = spawn(
    program,
    ['-C', config, '-bdf', '-oX', `${port}`, '-oP', join(folder, 'pid')],
    {
      stdio: 'ignore',
      env,
    },
  )
  return running({ child, folder, port, log: 'spool/mainlog', stop: async () => child.kill() })
}

type Started = {
  child: ChildProcess
  folder: string
  port: number
  log: string
  stop: () => Promise<unknown>
}

async function running({ child, folder, port, log, stop }: Started): Promise<RealRelay> {
  const read = (): Promise<string> => readFile(join(folder, log), 'utf8').catch(() => '')
  while (!(await answers(port))) {
    if (child.exitCode !== null) throw new Error(`the relay did not start:\n${await read()}`)
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  return {
    port,
    log: read,
    async [Symbol.asyncDispose]() {
      const gone = child.exitCode === null ? once(child, 'exit') : undefined
      await stop()
      await gone
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/** Readable by the users that mail servers change to. */
async function openFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'daybreak-relay-'))
  await chmod(folder, 0o755)
  await writeFile(join(folder, 'cert.pem'), certificate.cert)
  await writeFile(join(folder, 'key.pem'), certificate.key)
  return folder
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const port = portOf(server)
  server.close()
  return port
}

function answers(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1')
  return new Promise((resolve) => {
    socket.once('data', () => resolve(true)).once('error', () => resolve(false))
  }).then((up) => {
    socket.destroy()
    return up === true
  })
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode === null) await once(child, 'exit')
}
