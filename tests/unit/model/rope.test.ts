import { describe, expect, it } from 'vitest'
import type { Rope, RopeScaling } from '../../../src/model/config.ts'
import { ropeFrequencies } from '../../../src/model/rope.ts'

const rope = (rotatedSize: number, theta: number, scaling: RopeScaling = { kind: 'none' }): Rope => ({
  kind: 'rope',
  layout: 'half-split',
  theta,
  rotatedSize,
  scaling,
})

function expectClose(actual: Float32Array, expected: readonly number[]): void {
  expect(actual).toHaveLength(expected.length)
  for (const [index, value] of expected.entries()) expect(actual[index]! / value).toBeCloseTo(1, 6)
}

describe('ropeFrequencies', () => {
  it('is a geometric series without scaling', () => {
    expectClose(ropeFrequencies(rope(8, 10000), null), [1, 0.1, 0.01, 0.001])
  })

  it('divides all by the factor of linear scaling', () => {
    expectClose(ropeFrequencies(rope(8, 10000, { kind: 'linear', factor: 4 }), null), [0.25, 0.025, 0.0025, 0.00025])
  })

  it('gives the values of the published LLaMA 3 code: short waves kept, long ones divided, a ramp between', () => {
    const scaling: RopeScaling = {
      kind: 'llama3',
      factor: 8,
      lowFrequencyFactor: 1,
      highFrequencyFactor: 4,
      originalContextLength: 64,
    }
    expectClose(
      ropeFrequencies(rope(32, 500000, scaling), null),
      [
        1.0, 0.44036660267178046, 0.0794030091792082, 0.010674637535720701, 0.004700753866357992, 0.002070055010124306,
        0.0009115830921521386, 0.0004014307493440739, 0.00017677669529663688, 7.78465527393245e-5, 3.428102195952591e-5,
        1.509621717643313e-5, 6.647869871181236e-6, 2.9274998701761677e-6, 1.2891731721515574e-6, 5.677088100759837e-7,
      ],
    )
    const real = ropeFrequencies(rope(128, 500000, { ...scaling, originalContextLength: 8192 }), null)
    expectClose(
      real.slice(27, 37),
      [
        0.003942276030116656, 0.0032114459947525913, 0.002166570763503359, 0.0013718935677611381, 0.0008567514129196321,
        0.0005248461609929547, 0.00031269375038406517, 0.00017850781276799638, 9.556212353964683e-5,
        7.78465527393245e-5,
      ],
    )
  })

  it('divides by the factors of the file', () => {
    expectClose(ropeFrequencies(rope(8, 10000), Float32Array.of(1, 2, 4, 8)), [1, 0.05, 0.0025, 0.000125])
  })

  it('refuses factors of another length and factors that are not positive', () => {
    expect(() => ropeFrequencies(rope(8, 10000), new Float32Array(3).fill(1))).toThrow(/3 values where 4 pairs/)
    expect(() => ropeFrequencies(rope(8, 10000), Float32Array.of(1, 0, 1, 1))).toThrow(/factor is 0/)
    expect(() => ropeFrequencies(rope(8, 10000), Float32Array.of(1, Number.NaN, 1, 1))).toThrow(/factor is NaN/)
  })
})
