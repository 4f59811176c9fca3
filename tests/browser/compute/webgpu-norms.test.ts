// Joins and norms against the reference's loops.
import { describe, expect, test } from 'vitest'
import { addBias, normalize } from '../../../src/compute/reference/operations.ts'
import { joinNorm } from '../../../src/compute/webgpu/kernels/join-norm.ts'
import { lanesName } from '../../../src/compute/webgpu/kernels/reduce.ts'
import { paddedSize, streamFloats, streamIn } from '../../../src/compute/webgpu/kernels/rows.ts'
import type { Norm } from '../../../src/model/config.ts'
import { seededRandom } from '../../support/random.ts'
import { expectClose, gpuRig, pathsOfKernel, randomFloats, spread } from './webgpu-rig.ts'

const sizes = [1, 31, 64, 100, 576]
const kinds: (Norm['kind'] | null)[] = ['rms', 'layer', 'affine', null]

describe.each(pathsOfKernel(lanesName))('join and norm, $ways,', ({ paths }) => {
  const rig = gpuRig(paths)

  for (const placement of ['pre', 'post'] as const)
    test.each(sizes.flatMap((size) => kinds.map((kind) => ({ size, kind }))))(
      `adds sum and bias to the stream and norms it, ${placement}: $kind over $size values`,
      async ({ size, kind }) => {
        const tokenCount = 3
        const random = seededRandom(size)
        const shape: Norm = { kind: kind ?? 'rms', epsilon: 1e-5, placement }
        const bias = randomFloats(size, random)
        const [gain, normBias] = [randomFloats(size, random), shape.kind === 'rms' ? null : randomFloats(size, random)]
        const norm = kind && rig.floats(Float32Array.from([...gain, ...(normBias ?? [])]))
        const array = rig.floats(new Float32Array(streamFloats(size, tokenCount)).fill(9))
        const stream = streamIn(array, size, tokenCount)
        for (const [sum, added] of [
          [null, null],
          [randomFloats(tokenCount * size, random), null],
          [randomFloats(tokenCount * size, random), bias],
        ] as const) {
          const before = randomFloats(tokenCount * size, random)
          rig.gpu.write(array, stream.residualOffset * 4, before)
          const operands = { sum: sum && rig.floats(sum), bias: added && rig.floats(added), norm, shape }
          joinNorm(rig.gpu, stream, operands, tokenCount)
          const joined = addBias(
            before.map((value, i) => value + (sum?.[i] ?? 0)),
            added,
          )
          const normed = kind ? normalize(kind, joined, gain, normBias, shape.epsilon) : joined
          const all = await rig.gpu.read(array, 0, streamFloats(size, tokenCount))
          expectClose(all.subarray(stream.residualOffset), placement === 'post' ? normed : joined)
          expectClose(all.subarray(0, stream.residualOffset), spread(normed, tokenCount, paddedSize(size)))
        }
      },
    )

  test('a layer norm far from zero keeps its digits, and one of equal values is its bias', async () => {
    const size = 96
    const random = seededRandom(5)
    const x = Float32Array.from({ length: 2 * size }, (_, i) => (i < size ? 1000 + random() : 3))
    const [gain, bias] = [randomFloats(size, random), randomFloats(size, random)]
    const stream = streamIn(rig.gpu.allocate(streamFloats(size, 2) * 4, 'float32'), size, 2)
    rig.gpu.write(stream.array, stream.residualOffset * 4, x)
    const norm = rig.floats(Float32Array.from([...gain, ...bias]))
    const shape: Norm = { kind: 'layer', epsilon: 1e-12, placement: 'pre' }
    joinNorm(rig.gpu, stream, { sum: null, bias: null, norm, shape }, 2)
    const normed = await rig.gpu.read(stream.array, 0, 2 * size)
    expectClose(normed.subarray(0, size), normalize('layer', x.subarray(0, size), gain, bias, 1e-12), 1e-3)
    expect(normed.subarray(size)).toEqual(bias)
  })
})
