// The certificate of the LAN addresses: phones give WebGPU, OPFS and crypto.subtle to secure contexts only.
// It is made at the first start and kept, so that a browser's "go on anyway" lasts; a new one is made when it runs out or lacks
// an address, and still holds the former addresses, so that going between two networks does not make a new one each time.
import { X509Certificate } from 'node:crypto'
import { chmod, mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { isIP } from 'node:net'
import { join } from 'node:path'
import { createSecureContext } from 'node:tls'
import { generate } from 'selfsigned'
import { StartError } from './start-error.ts'

const dayMs = 24 * 60 * 60 * 1000
/** Apple's browsers take none that is valid for longer than 398 days. */
const validDays = 397
const renewDays = 14

export interface Certificate {
  /** PEM. */
  cert: string
  key: string
  /** Signed by itself: a browser warns, and refuses a service worker behind the warning. */
  selfSigned: boolean
  /** Host names (no wildcards) that it holds. */
  hostNames: string[]
}

/** The kept certificate of `directory`, made or renewed where needed. `now` is in ms since the epoch. */
export async function keptCertificate(directory: string, addresses: string[], now = Date.now()): Promise<Certificate> {
  const paths = { cert: join(directory, 'certificate.pem'), key: join(directory, 'key.pem') }
  const kept = await readPair(paths)
  const held = kept === undefined ? [] : alternativeNames(kept.cert)
  const wanted = ['localhost', '127.0.0.1', '::1', ...addresses]
  if (
    kept !== undefined &&
    wanted.every((name) => held.includes(name)) &&
    validUntil(kept.cert) - now > renewDays * dayMs
  )
    return describePair(kept)

  const pair = await makePair([...new Set([...wanted, ...held])], now)
  await mkdir(directory, { recursive: true, mode: 0o700 })
  await replaceFile(paths.key, pair.key)
  await replaceFile(paths.cert, pair.cert)
  return describePair(pair)
}

/** A person's own certificate. Throws StartError when a file cannot be read or the two do not belong together. */
export async function readCertificate(certPath: string, keyPath: string): Promise<Certificate> {
  const read = (path: string) =>
    readFile(path, 'utf8').catch((cause: Error) => {
      throw new StartError(`Cannot read ${path}: ${cause.message}. Name a PEM file that this user may read.`)
    })
  const pair = { cert: await read(certPath), key: await read(keyPath) }
  if (!belongTogether(pair))
    throw new StartError(`${certPath} and ${keyPath} are no certificate and its private key, both in PEM. Check both.`)
  return describePair(pair)
}

interface Pair {
  cert: string
  key: string
}

async function readPair(paths: Pair): Promise<Pair | undefined> {
  const read = (path: string) =>
    readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return undefined
      throw new StartError(`Cannot read the kept certificate ${path}: ${error.message}. Remove it to have a new one.`)
    })
  const [cert, key] = [await read(paths.cert), await read(paths.key)]
  if (cert === undefined || key === undefined || !belongTogether({ cert, key })) return undefined
  return { cert, key }
}

/** False also where one of them is no PEM. */
function belongTogether({ cert, key }: Pair): boolean {
  try {
    createSecureContext({ cert, key })
    return true
  } catch {
    return false
  }
}

function describePair(pair: Pair): Certificate {
  const certificate = new X509Certificate(pair.cert)
  const selfSigned = certificate.issuer === certificate.subject && certificate.verify(certificate.publicKey)
  const hostNames = alternativeNames(pair.cert).filter(
    (name) => isIP(name) === 0 && name !== 'localhost' && !name.includes('*'),
  )
  return { ...pair, selfSigned, hostNames }
}

function validUntil(cert: string): number {
  return Date.parse(new X509Certificate(cert).validTo)
}

/** DNS names and IP addresses, without the `DNS:` and `IP Address:` in front; IPv6 as browsers shorten it. */
function alternativeNames(cert: string): string[] {
  const names = new X509Certificate(cert).subjectAltName?.split(', ') ?? []
  return names.map((name) => {
    const value = name.slice(name.indexOf(':') + 1)
    return isIP(value) === 6 ? new URL(`http://[${value}]`).hostname.slice(1, -1) : value
  })
}

async function makePair(names: string[], now: number): Promise<Pair> {
  const { cert, private: key } = await generate([{ name: 'commonName', value: 'Headroom on this machine' }], {
    keyType: 'ec',
    curve: 'P-256',
    algorithm: 'sha256',
    notBeforeDate: new Date(now - dayMs),
    notAfterDate: new Date(now + (validDays - 1) * dayMs),
    extensions: [
      { name: 'basicConstraints', cA: false, critical: true },
      { name: 'keyUsage', digitalSignature: true, critical: true },
      { name: 'extKeyUsage', serverAuth: true },
      {
        name: 'subjectAltName',
        altNames: names.map((name) => (isIP(name) === 0 ? { type: 2, value: name } : { type: 7, ip: name })),
      },
    ],
  })
  return { cert, key }
}

async function replaceFile(path: string, text: string): Promise<void> {
  const next = `${path}.${process.pid}`
  await writeFile(next, text, { mode: 0o600 })
  await chmod(next, 0o600)
  await rename(next, path)
}
