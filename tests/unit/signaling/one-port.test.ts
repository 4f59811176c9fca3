import { request as httpRequest } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { connect as connectTcp } from 'node:net'
import { expect, test } from 'vitest'
import { keptCertificate } from '../../../signaling/certificate.ts'
import { isLoopback, lanAddresses } from '../../../signaling/lan.ts'
import { StartError } from '../../../signaling/start-error.ts'
import { connect, joined, startServer, temporaryFolder } from './running-server.ts'

const [lan] = lanAddresses()

async function startSecure() {
  const certificate = await keptCertificate(await temporaryFolder(), lan ? [lan.address] : [])
  const started = await startServer({ host: '0.0.0.0', certificate })
  return { ...started, ca: certificate.cert }
}

function get(url: string, ca?: string) {
  const request = ca === undefined ? httpRequest(url) : httpsRequest(url, { ca })
  return new Promise<{ status: number | undefined; location: string | undefined; body: string }>((resolve, reject) => {
    request.on('error', reject).on('response', (response) => {
      let body = ''
      response.setEncoding('utf8').on('data', (text: string) => {
        body += text
      })
      response.on('end', () => resolve({ status: response.statusCode, location: response.headers.location, body }))
    })
    request.end()
  })
}

test('one port speaks http to this machine and https to all, under a certificate for both names', async () => {
  const { port, ca, localUrl } = await startSecure()
  expect(localUrl).toBe(`http://localhost:${port}/`)
  expect((await get(`http://127.0.0.1:${port}/config.json`)).status).toBe(200)
  const secure = await get(`https://localhost:${port}/config.json`, ca)
  expect(secure.status).toBe(200)
  expect(JSON.parse(secure.body).selfSigned).toBe(true)
})

test('rooms work over both schemes and join the two', async () => {
  const { port } = await startSecure()
  const here = await joined(`http://127.0.0.1:${port}`)
  const there = await connect(`https://127.0.0.1:${port}`, { rejectUnauthorized: false })
  there.send({ kind: 'join', room: 'a'.repeat(64) })
  expect(await there.next()).toMatchObject({ kind: 'joined', members: [here.you] })
})

test.skipIf(lan === undefined)('plain http from the LAN is sent on to https at the same address', async () => {
  const { port, ca, lanUrls } = await startSecure()
  const address = lan!.address
  expect(lanUrls.map(({ url }) => url)).toContain(`https://${address}:${port}/`)
  const redirected = await get(`http://${address}:${port}/?x=1`)
  expect([redirected.status, redirected.location]).toEqual([308, `https://${address}:${port}/?x=1`])
  expect((await get(`https://${address}:${port}/config.json`, ca)).status).toBe(200)
})

test.skipIf(lan === undefined)('without a certificate the LAN is served in plain http', async () => {
  const { port, lanUrls } = await startServer({ host: '0.0.0.0' })
  expect(lanUrls.map(({ url }) => url)).toContain(`http://${lan!.address}:${port}/`)
  expect((await get(`http://${lan!.address}:${port}/config.json`)).status).toBe(200)
})

test('a server on loopback alone has no LAN address to offer', async () => {
  expect((await startServer()).lanUrls).toEqual([])
})

test('garbage instead of a request harms nobody else', async () => {
  const { port } = await startSecure()
  for (const garbage of ['\x16\x03\x01garbage that is no handshake', '\0\0\0\0', 'GET']) {
    const socket = connectTcp(port, '127.0.0.1')
    socket.on('error', () => socket.destroy())
    socket.end(garbage)
    await new Promise((resolve) => socket.resume().once('close', resolve))
  }
  expect((await get(`http://127.0.0.1:${port}/config.json`)).status).toBe(200)
})

test('a port in use, or an address that is not ours, is said with what to do', async () => {
  const { port } = await startServer()
  const taken = startServer({ port })
  await expect(taken).rejects.toThrow(StartError)
  await expect(taken).rejects.toThrow(
    `Port ${port} is in use. Stop what uses it, or choose another: npm start -- --port ${port + 1}`,
  )
  await expect(startServer({ host: '192.0.2.77' })).rejects.toThrow('192.0.2.77 is no address of this machine')
})

test('closing ends idle and live connections at once, and frees the port', async () => {
  const { server, port, origin } = await startSecure()
  const client = await joined(`http://127.0.0.1:${port}`)
  const idle = connectTcp(port, '127.0.0.1')
  await fetch(`${origin}/config.json`)
  const gone = new Promise((resolve) => idle.once('close', resolve))
  await server.close()
  await Promise.all([client.closed, gone])
  await startServer({ host: '0.0.0.0', port })
})

test('LAN addresses leave out loopback and link-local ones, and put virtual interfaces last', () => {
  const address = (ip: string, internal = false) => ({
    address: ip,
    netmask: '255.255.255.0',
    family: 'IPv4' as const,
    mac: '',
    internal,
    cidr: null,
  })
  const found = lanAddresses({
    lo: [address('127.0.0.1', true)],
    docker0: [address('172.17.0.1')],
    wlan0: [address('169.254.3.3'), address('192.168.1.20')],
    en0: [address('10.0.0.5')],
  })
  expect(found).toEqual([
    { name: 'wlan0', address: '192.168.1.20' },
    { name: 'en0', address: '10.0.0.5' },
    { name: 'docker0', address: '172.17.0.1' },
  ])
  expect(['127.0.0.1', '::1', '::ffff:127.0.0.1', 'localhost'].every(isLoopback)).toBe(true)
  expect(['192.168.1.20', '::ffff:10.0.0.5', '0.0.0.0', undefined, '1270.0.0.1'].some(isLoopback)).toBe(false)
})
