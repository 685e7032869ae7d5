import { readFileSync } from 'node:fs'

const pem = (name: string): string => readFileSync(new URL(name, import.meta.url), 'utf8')
/** A pair of the tests' own, vouched for by nobody. */
export const certificate = { key: pem('relay-key.pem'), cert: pem('relay-cert.pem') }
