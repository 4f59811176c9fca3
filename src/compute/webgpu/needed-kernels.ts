// Every kernel that steps of a shard will run, found by going through two steps without running anything: of one token, and of several.
import type { ModelConfig } from '../../model/config.ts'
import type { Shard } from '../../plan/shard-plan.ts'
import type { KernelPaths } from './kernel-paths.ts'
import { type KernelRunner, kernelsOf, type NeededKernel } from './kernel-runner.ts'
import { normedRows } from './kernels/rows.ts'
import type { OutputHead } from './output-head.ts'
import type { ShardWeights } from './shard-weights.ts'
import { catchUp, type Pass, sublayer } from './sublayer-pass.ts'
import type { StepBuffers } from './workspace.ts'

export interface StepMakers {
  config: ModelConfig
  shard: Shard
  weights: ShardWeights
  outputHead: OutputHead | null
  buffers: StepBuffers
}

export function neededKernels(paths: KernelPaths, makers: StepMakers): NeededKernel[] {
  return kernelsOf(paths, (runner) => {
    for (const tokenCount of [1, 2]) walk(runner, makers, tokenCount)
  })
}

function walk(
  gpu: KernelRunner,
  { config, shard, weights, outputHead, buffers }: StepMakers,
  tokenCount: number,
): void {
  const positions = Array.from({ length: tokenCount }, (_, i) => i)
  const step = { epoch: 0, step: 0, sequence: 0, pastLength: 0, tokens: [], positions, rows: 'last' as const }
  const pass: Pass = { gpu, config, shard, buffers, step, tokenCount, waiting: null }
  for (const held of weights.sublayers) {
    sublayer(pass, held)
    pass.waiting = held.join
  }
  catchUp(pass, weights.outputNorm)
  catchUp(pass, weights.outputNorm)
  outputHead?.record(gpu, normedRows(buffers.main), tokenCount)
}
