import type { Norm } from '../../../model/config.ts'
import type { GpuArray } from '../gpu-array.ts'
import { type KernelInput, WORKGROUP_SIZE } from '../kernel.ts'
import { paddedSize } from './rows.ts'
import { tileNormWgsl } from './tile.ts'

/** The sum that waits in a layer of its own stream; null: without a bias, without a norm. */
export interface TileJoin {
  bias: GpuArray | null
  norm: GpuArray | null
}

/** What a kernel that begins with a join needs for it. */
export interface JoinPart {
  /** What of it is in the kernel's name. */
  name: string
  inputs: KernelInput[]
  arrays: GpuArray[]
  /** `fn join(local)`: stream + sum + bias, normed, of `size` values into `joined`, for everybody; both are of `size` in their rows. */
  wgsl: string
}

/** Reads the uniforms `streamAt` and `partialAt`, where the sum is. */
export function joinTile({ bias, norm }: TileJoin, shape: Norm, size: number): JoinPart {
  const named = [
    ['joinBias', bias],
    ['joinGains', norm],
  ] as const
  const present = named.flatMap(([name, array]) => (array ? [{ name, array }] : []))
  const names = present.map(({ name }) => name)
  return {
    name: `${size}-${shape.kind}-${shape.epsilon}-${names.join('-')}`,
    inputs: names.map((name) => ({ name, width: 1 })),
    arrays: present.map(({ array }) => array),
    wgsl: `
    var<workgroup> joined : array<Tokens, ${paddedSize(size)}>;
    ${norm ? tileNormWgsl('normJoined', shape, size, 'joined', 'joinGains') : ''}
    fn join(local : i32) {
      for (var i = local; i < ${size}; i += ${WORKGROUP_SIZE}) {
        joined[i] = taken(uniforms.streamAt + i, ${size}) + taken(uniforms.partialAt + i, ${size})${bias ? ' + joinBias[i]' : ''};
      }
      workgroupBarrier();
      ${norm ? 'normJoined(local, 0, 0); workgroupBarrier();' : ''}
    }`,
  }
}
