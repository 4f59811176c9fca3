// What a leader orders of a guest and hears of it, where a test cares for the epoch alone.
import type { LoadReport, StartRequest } from '../../../src/cluster/engine-protocol.ts'
import type { RankLoad } from '../../../src/cluster/rank-port.ts'
import type { ModelManifest } from '../../../src/weights/manifest.ts'

const shard = (epoch: number) => ({
  rank: 1,
  worldSize: 2,
  epoch,
  contextLength: 8,
  vocabulary: { start: 0, end: 1 },
  sublayers: [],
})

export const loadOrder = (epoch: number): RankLoad => ({
  modelName: 'model',
  manifest: {} as ModelManifest,
  shard: shard(epoch),
  weights: 'auto',
})

export const startOrder = (epoch: number): StartRequest => ({
  shard: shard(epoch),
  deviceIds: [],
  vocabulary: [],
  wire: 'f16',
})

export const report: LoadReport = {
  executor: 'wasm',
  weights: 'f32',
  weightBytes: 1,
  downloadedBytes: 1,
  peakMemoryBytes: 1,
  notices: [],
}
