import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { accessSync, constants } from 'node:fs'
import { connect, createServer } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'

const FOLDERS = ['/usr/sbin', '/usr/local/sbin', '/sbin', '/usr/bin', '/usr/local/bin']

/** Debian's postfix brings smtp-sink and smtp-source; undefined where they are not. */
export function findSmtpTools(): { sink: string; source: string } | undefined {
  const [sink, source] = [findProgram('smtp-sink'), findProgram('smtp-source')]
  return sink === undefined || source === undefined ? undefined : { sink, source }
}

export type PostfixSink = AsyncDisposable & { port: number; pid: number }

/** Takes everything, and is the ceiling of what can be sent. */
export async function openPostfixSink(program: string): Promise<PostfixSink> {
  const port = await freePort()
  const user = process.getuid?.() === 0 ? ['-u', 'nobody'] : []
  const child = spawn(program, [...user, `127.0.0.1:${port}`, '1000'], { stdio: 'ignore' })
  for (let tries = 0; !(await answers(port)); tries += 1) {
    if (tries > 100 || child.exitCode !== null) throw new Error('smtp-sink does not answer')
    await sleep(50)
  }
  return {
    port,
    pid: child.pid ?? 0,
    async [Symbol.asyncDispose]() {
      const gone = once(child, 'exit')
      if (child.exitCode === null && child.kill('SIGTERM')) await gone
    },
  }
}

/** Mails a second of smtp-source, which composes nothing and keeps nothing. */
export async function runSmtpSource(
  program: string,
  {
    port,
    mails,
    bytes,
    connections,
  }: { port: number; mails: number; bytes: number; connections: number },
): Promise<number> {
  const began = performance.now()
  const child = spawn(
    program,
    ['-d', '-s', connections, '-l', bytes, '-m', mails, `127.0.0.1:${port}`].map(String),
    { stdio: ['ignore', 'ignore', 'inherit'] },
  )
  const [code]: (number | null)[] = await once(child, 'exit')
  if (code !== 0) throw new Error(`smtp-source ended with ${code}`)
  return (mails * 1000) / (performance.now() - began)
}

export async function freePort(): Promise<number> {
  const server = createServer()
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  if (address === null || typeof address === 'string') throw new Error('no port')
  return address.port
}

async function answers(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1')
  try {
    await once(socket, 'connect')
    return true
  } catch {
    return false
  } finally {
    socket.destroy()
  }
}

function findProgram(name: string): string | undefined {
  return FOLDERS.map((folder) => `${folder}/${name}`).find(isProgram)
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
