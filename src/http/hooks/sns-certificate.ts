import { X509Certificate } from 'node:crypto'
import { cannotTell, notBelieved } from './hook-request.ts'

/** `host` of a URL: a port would be part of it. */
export const SNS_HOST = /^sns\.[a-z0-9-]{3,}\.amazonaws\.com(\.cn)?$/
const CERTIFICATE_PATH = /^\/SimpleNotificationService-[0-9a-f]+\.pem$/

/** A handful of regions, and one more while they change. */
const KEPT = 16

export type Certificates = { get(url: string, now: Date): Promise<X509Certificate> }

/** The certificates that SNS signs with, each fetched once. */
export function keepCertificates(fetchCertificate: (url: URL) => Promise<string>): Certificates {
  const kept = new Map<string, Promise<X509Certificate>>()
  const ensure = async (url: URL) => {
    const known = kept.get(url.href)
    if (known !== undefined) return known
    if (kept.size >= KEPT) kept.clear()
    const fetched = fetchCertificate(url).then(readCertificate)
    kept.set(url.href, fetched)
    try {
      return await fetched
    } catch (cause) {
      kept.delete(url.href)
      throw cannotTell('who signed: the certificate of SNS is not to be had', cause)
    }
  }
  return {
    async get(text, now) {
      const certificate = await ensure(addressOf(text))
      if (now < certificate.validFromDate || now > certificate.validToDate)
        throw notBelieved('the certificate of the signature is not valid now')
      return certificate
    },
  }
}

function addressOf(text: string): URL {
  const url = URL.parse(text)
  if (
    url !== null &&
    url.protocol === 'https:' &&
    SNS_HOST.test(url.host) &&
    CERTIFICATE_PATH.test(url.pathname) &&
    url.search + url.username + url.password === ''
  )
    return url
  throw notBelieved('the certificate of the signature is not at an address of SNS')
}

function readCertificate(pem: string): X509Certificate {
  const certificate = new X509Certificate(pem)
  if (certificate.publicKey.asymmetricKeyType !== 'rsa')
    throw new Error('the certificate of SNS holds no RSA key')
  return certificate
}
