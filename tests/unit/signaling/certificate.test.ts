import { X509Certificate } from 'node:crypto'
import { stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { generate } from 'selfsigned'
import { expect, test } from 'vitest'
import { keptCertificate, readCertificate } from '../../../signaling/certificate.ts'
import { StartError } from '../../../signaling/start-error.ts'
import { temporaryFolder } from './running-server.ts'

const dayMs = 24 * 60 * 60 * 1000

test('the certificate names localhost and every address, for no longer than Apple takes', async () => {
  const { cert, selfSigned } = await keptCertificate(await temporaryFolder(), ['192.168.1.20', '10.0.0.5'])
  const parsed = new X509Certificate(cert)
  for (const address of ['127.0.0.1', '::1', '192.168.1.20', '10.0.0.5']) expect(parsed.checkIP(address)).toBe(address)
  expect(parsed.checkHost('localhost')).toBe('localhost')
  expect(parsed.checkIP('192.168.1.21')).toBeUndefined()
  expect(Date.parse(parsed.validTo) - Date.parse(parsed.validFrom)).toBeLessThanOrEqual(398 * dayMs)
  expect(selfSigned).toBe(true)
})

test('it is kept from start to start, readable by its owner alone', async () => {
  const folder = join(await temporaryFolder(), 'new', 'config')
  const first = await keptCertificate(folder, ['192.168.1.20'])
  expect(await keptCertificate(folder, ['192.168.1.20'])).toEqual(first)
  expect(await keptCertificate(folder, [])).toEqual(first)
  expect((await stat(join(folder, 'key.pem'))).mode & 0o077).toBe(0)
})

test('a new address makes a new one that still holds the former; then both networks share it', async () => {
  const folder = await temporaryFolder()
  const home = await keptCertificate(folder, ['192.168.1.20'])
  const office = await keptCertificate(folder, ['10.0.0.5'])
  expect(office.cert).not.toBe(home.cert)
  expect(new X509Certificate(office.cert).checkIP('192.168.1.20')).toBe('192.168.1.20')
  expect(await keptCertificate(folder, ['192.168.1.20'])).toEqual(office)
})

test('one that runs out, is broken or lost its key is made anew', async () => {
  const folder = await temporaryFolder()
  const first = await keptCertificate(folder, [])
  const nearEnd = Date.parse(new X509Certificate(first.cert).validTo) - 10 * dayMs
  const renewed = await keptCertificate(folder, [], nearEnd)
  expect(Date.parse(new X509Certificate(renewed.cert).validTo)).toBeGreaterThan(nearEnd + 300 * dayMs)

  await writeFile(join(folder, 'certificate.pem'), 'broken')
  const mended = await keptCertificate(folder, [])
  expect(new X509Certificate(mended.cert).checkHost('localhost')).toBe('localhost')
  const other = await keptCertificate(await temporaryFolder(), [])
  await writeFile(join(folder, 'key.pem'), other.key)
  expect((await keptCertificate(folder, [])).key).not.toBe(other.key)
})

test('a person’s own certificate is taken with its host names; a signed one is not called self-signed', async () => {
  const folder = await temporaryFolder()
  const authority = await generate([{ name: 'commonName', value: 'Home CA' }], { keyType: 'ec', algorithm: 'sha256' })
  const signed = await generate([{ name: 'commonName', value: 'headroom.home' }], {
    keyType: 'ec',
    algorithm: 'sha256',
    ca: { key: authority.private, cert: authority.cert },
    extensions: [{ name: 'subjectAltName', altNames: [{ type: 2, value: 'headroom.home' }] }],
  })
  await writeFile(join(folder, 'cert.pem'), signed.cert)
  await writeFile(join(folder, 'key.pem'), signed.private)
  const read = await readCertificate(join(folder, 'cert.pem'), join(folder, 'key.pem'))
  expect(read).toMatchObject({ selfSigned: false, hostNames: ['headroom.home'] })

  await writeFile(join(folder, 'wrong.pem'), authority.private)
  await expect(readCertificate(join(folder, 'cert.pem'), join(folder, 'wrong.pem'))).rejects.toThrow(StartError)
  await expect(readCertificate(join(folder, 'none.pem'), join(folder, 'key.pem'))).rejects.toThrow('Cannot read')
})
