import type { SnsOutside } from './sns.ts'

const TIMEOUT_MS = 5000
const MAX_BYTES = 64 * 1024

/** Addresses were checked before; a redirect leads away from them, so none is followed. */
export const snsOverHttps: SnsOutside = {
  fetchCertificate: fetchText,
  visit: async (url) => void (await fetchText(url)),
}

async function fetchText(url: URL): Promise<string> {
  const response = await fetch(url, {
    redirect: 'error',
    signal: AbortSignal.timeout(TIMEOUT_MS),
  })
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of response.body ?? []) {
    size += chunk.length
    if (size > MAX_BYTES) throw new Error(`${url.host} answered more than ${MAX_BYTES} bytes`)
    chunks.push(chunk)
  }
  if (!response.ok) throw new Error(`${url.host} answered ${response.status}`)
  return Buffer.concat(chunks).toString()
}
