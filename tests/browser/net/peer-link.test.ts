import type { Instance, SignalData } from 'simple-peer'
import SimplePeer from 'simple-peer/simplepeer.min.js'
import { afterEach, describe, expect, test } from 'vitest'
import type { HeadroomError } from '../../../src/base/errors.ts'
import { createLane } from '../../../src/net/frame-lane.ts'
import { handOverLane, type LaneEndpoint, openLanePort } from '../../../src/net/lane-endpoint.ts'
import { PeerLink } from '../../../src/net/peer-link.ts'
import type { LaneWorkerReply, LaneWorkerRequest } from './lane-worker.ts'

const cleanUp: (() => void)[] = []
afterEach(() => {
  for (const step of cleanUp.splice(0)) step()
})

type OnLane = (channel: RTCDataChannel, link: PeerLink) => void

/** Two real links in this page; `carry` is the signaling. */
function pair(onLanes: [OnLane, OnLane] = [() => undefined, () => undefined], connectTimeoutMs = 20_000) {
  const links: PeerLink[] = []
  const make = (index: 0 | 1) =>
    new PeerLink({
      peerId: index === 0 ? 'guest' : 'leader',
      initiator: index === 0,
      relayed: false,
      iceServers: [],
      sendSignal: (signal) => setTimeout(() => links[1 - index]?.signal(structuredClone(signal))),
      onChannel: (use, channel, link) => (use === 'lane' ? onLanes[index](channel, link) : undefined),
      connectTimeoutMs,
    })
  links.push(make(0), make(1))
  cleanUp.push(() => {
    for (const link of links) link.close()
  })
  return links as [PeerLink, PeerLink]
}

function event<Name extends 'connected' | 'message' | 'closed'>(link: PeerLink, name: Name) {
  return new Promise<unknown>((resolve) => link.events.on(name, resolve))
}

function bothConnected(links: [PeerLink, PeerLink]) {
  return Promise.all(links.map((link) => event(link, 'connected')))
}

function laneWorker(request: (endpoint: LaneEndpoint) => LaneWorkerRequest, asRelay: boolean) {
  const worker = new Worker(new URL('./lane-worker.ts', import.meta.url), { type: 'module' })
  cleanUp.push(() => worker.terminate())
  const replied = new Promise<LaneWorkerReply>((resolve) => {
    worker.onmessage = ({ data }: MessageEvent<LaneWorkerReply>) => resolve(data)
  })
  const onLane: OnLane = (channel) =>
    handOverLane(channel, (endpoint, transfer) => {
      // What a browser does that cannot transfer channels.
      if (asRelay && endpoint.kind === 'channel') throw new DOMException('no transfer', 'DataCloneError')
      worker.postMessage(request(endpoint), transfer)
    })
  return { replied, onLane }
}

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

describe('a peer link', () => {
  test('carries control messages of all sizes in order, both ways', async () => {
    const links = pair()
    await bothConnected(links)
    const [leader, guest] = links
    const heard: unknown[] = []
    const done = new Promise<void>((resolve) => {
      guest.events.on('message', (message) => {
        heard.push(message)
        if (message === 'end') resolve()
      })
    })
    const large = { text: '𝄞é'.repeat(150_000) }
    leader.send({ small: 1 })
    leader.send(large)
    leader.send('end')
    await done
    expect(heard).toEqual([{ small: 1 }, large, 'end'])
  })

  test('measures the round trip', async () => {
    const began = performance.now()
    const links = pair()
    await bothConnected(links)
    for (const link of links) {
      await expect.poll(() => link.rttMs).toBeGreaterThan(0)
      expect(link.rttMs).toBeLessThan(performance.now() - began)
    }
  })

  test('delivers what was sent right before closing, then says peer-lost', async () => {
    const links = pair()
    await bothConnected(links)
    const [leader, guest] = links
    const last = event(guest, 'message')
    const closed = event(guest, 'closed')
    leader.send({ kind: 'room-ended' })
    leader.close()
    expect(await last).toEqual({ kind: 'room-ended' })
    expect(await closed).toMatchObject({ code: 'peer-lost', peerId: 'leader' })
    expect(() => guest.send(1)).toThrow(expect.objectContaining({ code: 'peer-lost' }))
  })

  test('notices a silent peer, and takes a few seconds of silence for nothing', async () => {
    const mute: Instance = new SimplePeer({ config: { iceServers: [] }, objectMode: true })
    cleanUp.push(() => mute.destroy())
    const link = new PeerLink({
      peerId: 'guest',
      initiator: true,
      relayed: false,
      iceServers: [],
      sendSignal: (signal) => mute.signal(signal as SignalData),
      onChannel: () => undefined,
    })
    mute.on('signal', (signal) => link.signal(signal))
    cleanUp.push(() => link.close())
    await event(link, 'connected')
    const start = performance.now()
    const lost = event(link, 'closed') as Promise<HeadroomError>
    expect((await lost).message).toMatch(/fell silent/)
    expect(performance.now() - start).toBeGreaterThan(3000)
  })

  test('gives up with words when signals do not arrive', async () => {
    const link = new PeerLink({
      peerId: 'guest',
      initiator: true,
      relayed: false,
      iceServers: [],
      sendSignal: () => undefined,
      onChannel: () => undefined,
      connectTimeoutMs: 300,
    })
    cleanUp.push(() => link.close())
    expect(await event(link, 'closed')).toMatchObject({
      code: 'peer-unreachable',
      message: expect.stringMatching(/isolates its devices/),
    })
  })

  test.each([
    ['garbage', { garbage: true }],
    ['an offer to the one who offers', { type: 'offer', sdp: 'v=0' }],
    ['a request to renegotiate', { type: 'renegotiate', renegotiate: true }],
  ])('refuses %s as a signal', async (_, signal) => {
    const [leader] = pair()
    const closed = event(leader, 'closed')
    leader.signal(signal)
    expect(await closed).toMatchObject({ code: 'bad-message' })
  })
})

describe('the lane', () => {
  test('works on the main thread', async () => {
    const lanes: ReturnType<typeof createLane>[] = []
    const open: OnLane = (channel) => {
      lanes.push(createLane(openLanePort({ kind: 'channel', channel }), { peerId: 'peer' }))
    }
    const links = pair([open, open])
    await bothConnected(links)
    const payload = Uint8Array.from({ length: 3_000_000 }, (_, index) => index)
    const received = lanes[1]!.receive({ epoch: 0, step: 0, slot: 1 })
    await lanes[0]!.send({ epoch: 0, step: 0, slot: 1 }, payload)
    const bytes = await received
    expect(bytes.length).toBe(payload.length)
    expect(bytes.every((byte, index) => byte === payload[index])).toBe(true)
    const lost = lanes[1]!.receive({ epoch: 0, step: 1, slot: 1 }).catch((error: unknown) => error)
    links[0].close()
    expect(await lost).toMatchObject({ code: 'peer-lost' })
  })

  test.each([
    ['transferred to workers', [false, false]],
    ['relayed at one end', [true, false]],
    ['relayed at both ends', [true, true]],
  ] as const)('echoes between two workers, %s', async (name, [first, second]) => {
    const sizes = [256, 2304, 18_432, 100_000]
    const roundCount = 40
    const echo = laneWorker((endpoint) => ({ kind: 'echo', endpoint, roundCount: sizes.length * roundCount }), second)
    const measure = laneWorker((endpoint) => ({ kind: 'measure', endpoint, roundCount, sizes }), first)
    const links = pair([measure.onLane, echo.onLane])
    await bothConnected(links)
    const result = await measure.replied
    expect(result).toHaveProperty('mediansMs')
    if ('mediansMs' in result) {
      const words = sizes.map((size, index) => `${size} B ${result.mediansMs[index]?.toFixed(2)} ms`)
      console.log(`lane round trip, median, ${name}: ${words.join(', ')}`)
    }
    links[0].close()
    expect(await echo.replied).toEqual({ failed: 'peer-lost' })
  })

  test('echoes between two workers of one tab over a MessagePort', async () => {
    const { port1, port2 } = new MessageChannel()
    const start = (request: LaneWorkerRequest, port: MessagePort) => {
      const worker = new Worker(new URL('./lane-worker.ts', import.meta.url), { type: 'module' })
      cleanUp.push(() => worker.terminate())
      worker.postMessage(request, [port])
      return new Promise<LaneWorkerReply>((resolve) => {
        worker.onmessage = ({ data }: MessageEvent<LaneWorkerReply>) => resolve(data)
      })
    }
    const sizes = [256, 2304, 18_432, 2_000_000]
    const roundCount = 40
    void start({ kind: 'echo', endpoint: { kind: 'local', port: port2 }, roundCount: 4 * roundCount }, port2)
    const result = await start({ kind: 'measure', endpoint: { kind: 'local', port: port1 }, roundCount, sizes }, port1)
    expect(result).toHaveProperty('mediansMs')
    console.log(`MessagePort lane round trip, median, ${sizes.join(', ')} B: ${JSON.stringify(result)}`)
  })

  test('keeps what arrives before its worker has started', async () => {
    const roundCount = 1
    let handOver: () => void = () => expect.unreachable('the lane comes first')
    const late: OnLane = (channel) => {
      const { port1, port2 } = new MessageChannel()
      port1.postMessage(channel as unknown, [channel as unknown as Transferable])
      handOver = () => {
        port2.onmessage = ({ data }: MessageEvent<RTCDataChannel>) => {
          const lane = createLane(openLanePort({ kind: 'channel', channel: data }), { peerId: 'leader' })
          void lane
            .receive({ epoch: 0, step: 0, slot: 1 })
            .then((bytes) => lane.send({ epoch: 0, step: 0, slot: 2 }, bytes))
        }
      }
    }
    const measure = laneWorker((endpoint) => ({ kind: 'measure', endpoint, roundCount, sizes: [2000] }), false)
    await bothConnected(pair([measure.onLane, late]))
    await sleep(300)
    handOver()
    expect(await measure.replied).toHaveProperty('mediansMs')
  })
})
