#!/usr/bin/env node
// Plain JavaScript: it must run on whatever Node is there, to find one that runs Daybreak.
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import * as nodeModule from 'node:module'
import { constants } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
// Type stripping without a flag, and `await using`.
const wanted = [24, 0]

function isNewEnough(version) {
  const [major, minor] = version.split('.').map(Number)
  return major > wanted[0] || (major === wanted[0] && minor >= wanted[1])
}

/** What the arguments stand for: the tests, a bench, or the program. */
function scriptOf([command, ...rest]) {
  if (command === 'test') return [join(root, 'node_modules/vitest/vitest.mjs'), 'run', ...rest]
  if (command === 'bench') return [join(root, 'bench', `${rest[0]}.ts`), ...rest.slice(1)]
  return [join(root, 'src/main.ts'), ...(command === undefined ? [] : [command]), ...rest]
}

const [script, ...args] = scriptOf(process.argv.slice(2))
const bundled = join(root, 'node_modules/node/bin/node')

if (isNewEnough(process.versions.node)) {
  // Stripping types anew costs every start a second and 30 MB. Beside the packages only who installed them can write:
  // in the system's temporary folder somebody else could leave us code to run.
  nodeModule.enableCompileCache(join(root, 'node_modules/.cache/daybreak'))
  process.argv = [process.execPath, script, ...args]
  await import(pathToFileURL(script).href)
} else if (existsSync(bundled)) {
  const child = spawn(bundled, [script, ...args], {
    stdio: 'inherit',
    env: { ...process.env, DAYBREAK_WRAPPER: String(process.pid) },
  })
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
  child.on('error', (error) => {
    process.stderr.write(`daybreak: cannot run ${bundled} (${error.message}): run "npm ci" again\n`)
    process.exitCode = 1
  })
  child.on('exit', (code, signal) => {
    process.exitCode = code ?? 128 + (constants.signals[signal] ?? 0)
  })
} else {
  process.stderr.write(
    `daybreak: this is Node ${process.versions.node}, and Daybreak needs Node ${wanted[0]}: run "npm ci", which brings one for this machine, or install Node ${wanted[0]} from https://nodejs.org\n`,
  )
  process.exitCode = 1
}
