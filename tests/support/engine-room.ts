// Several engines of one process joined by MessagePort lanes, fed by the real model mirror: everything from the lane down is what tabs
// run; what is missing is the browser. Device speeds are given, because nothing here is about planning by speed.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createHeadroomServer } from '../../signaling/server.ts'
import { MobileTensorParallelismCoordinator } from '../../src/cluster/coordinator.ts'
import type { CoordinatorOptions } from '../../src/cluster/coordinator-options.ts'
import type { EncodeRequest, Encoding } from '../../src/cluster/encoding.ts'
import { createEngine } from '../../src/cluster/engine-host.ts'
import type { Engine, InferRequest, InferResult, ModelSource } from '../../src/cluster/engine-protocol.ts'
import { computingDevice, engineRank } from '../../src/cluster/rank-port.ts'
import type { DeviceProfile } from '../../src/plan/device-profile.ts'
import { plainProfile } from './plain-profile.ts'

export interface ServedModel {
  source: ModelSource
  baseUrl: string
  /** Body bytes of model files sent so far. */
  sentBytes(): number
  close(): Promise<void>
}

/** Serves a GGUF file or a checkpoint folder on loopback. */
export async function serveModelAt(location: string, paths: readonly string[]): Promise<ServedModel> {
  const cacheDirectory = await mkdtemp(join(tmpdir(), 'headroom-'))
  let sent = 0
  const server = createHeadroomServer({
    webDirectory: 'dist/web',
    models: { extra: [location] },
    cacheDirectory,
    host: '127.0.0.1',
    port: 0,
    onBytes: ({ pathname, bytes }) => {
      if (pathname.startsWith('/models/')) sent += bytes
    },
  })
  const { localUrl } = await server.listen()
  return {
    source: { kind: 'mirror', modelId: 'model', baseUrl: localUrl, paths },
    baseUrl: localUrl,
    sentBytes: () => sent,
    async close() {
      await server.close()
      await rm(cacheDirectory, { recursive: true, force: true })
    },
  }
}

export interface EngineRoom {
  engines: Engine[]
  coordinator: MobileTensorParallelismCoordinator
  infer(request: Partial<InferRequest> & Pick<InferRequest, 'input'>): Promise<InferResult>
  encode(request: Partial<EncodeRequest> & Pick<EncodeRequest, 'inputs'>): Promise<Encoding[]>
  close(): void
}

/** As a page has them that was opened without any. */
export const coordinatorOptions: CoordinatorOptions = {
  maxDevices: 16,
  batteryOptimization: true,
  weights: 'auto',
  wire: 'auto',
  topology: 'auto',
  contextLength: 512,
  shares: null,
}

/** Lane and bulk channel between the leader's engine, `device-0`, and another. */
export function connect(leader: Engine, deviceId: string, engine: Engine): void {
  for (const add of ['addLane', 'addBulk'] as const) {
    const { port1, port2 } = new MessageChannel()
    leader[add](deviceId, { kind: 'local', port: port1 })
    engine[add]('device-0', { kind: 'local', port: port2 })
  }
}

/** `shares[rank]` sets both how many engines there are and how the model is cut. */
export function engineRoom(
  baseUrl: string,
  shares: readonly number[],
  options: Partial<CoordinatorOptions> & Partial<Pick<DeviceProfile, 'executor' | 'pair' | 'memoryBytes'>> = {},
): EngineRoom {
  const { executor = 'reference', pair, memoryBytes = plainProfile.memoryBytes, ...changed } = options
  const engines = shares.map(() => createEngine())
  const profile = (rank: number): DeviceProfile => ({
    ...plainProfile,
    deviceId: `device-${rank}`,
    name: `Device ${rank}`,
    executor,
    ...(pair && { pair }),
    memoryBytes,
    backend: executor,
  })
  for (const [rank, engine] of engines.entries()) if (rank > 0) connect(engines[0]!, `device-${rank}`, engine)
  const ports = engines.map((engine, rank) =>
    engineRank(engine, computingDevice(profile(rank)), { baseUrl, leaderId: 'device-0' }),
  )
  const coordinator = new MobileTensorParallelismCoordinator(engines[0]!, ports[0]!, {
    ...coordinatorOptions,
    shares,
    ...changed,
  })
  for (const port of ports.slice(1)) coordinator.addMember(port)
  return {
    engines,
    coordinator,
    infer: (request) =>
      coordinator.infer({ maxTokens: 64, ignoreEos: false, sampling: {}, dump: false, ...request }, () => undefined),
    encode: (request) => coordinator.encode({ maskCandidates: 0, hidden: false, logits: false, ...request }),
    close() {
      for (const engine of engines) engine.close()
    },
  }
}
