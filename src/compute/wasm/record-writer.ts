// Writes the kernels' records one behind the other, and with them the matrices and norms that records are made of.
import { HeadroomError, ModelFormatError } from '../../base/errors.ts'
import type { ModelConfig, Norm } from '../../model/config.ts'
import { type TensorRole, tensorKey } from '../../model/tensor.ts'
import type { MemoryLayout } from './memory-layout.ts'
import { matrixRecord, type Placement } from './placements.ts'
import { type RecordName, type RecordValues, recordBytes, writeRecord } from './structures.ts'

/** Roles whose bias is a role too. */
type BiasedRole = { [Role in TensorRole]: `${Role}Bias` extends TensorRole ? Role : never }[TensorRole]

const NORM_CODES: Readonly<Record<Norm['kind'], number>> = { rms: 0, layer: 1, affine: 2 }

export type RecordWriter = ReturnType<typeof recordWriter>

/** Addresses are returned. Asking for a tensor that the shard does not hold throws `model-format`, but for `find`. */
export function recordWriter({ norm }: ModelConfig, layout: MemoryLayout, buffer: ArrayBufferLike) {
  let next = layout.recordsStart
  const write = <Name extends RecordName>(name: Name, values: RecordValues<Name>): number => {
    const address = next
    next += recordBytes(name)
    if (next > layout.recordsEnd)
      throw new HeadroomError(
        'internal',
        `The kernels' records need more than the ${layout.recordsEnd} bytes laid out.`,
      )
    writeRecord(buffer, address, name, values)
    return address
  }
  const find = (role: TensorRole, layer: number | null = null) => layout.placements.get(tensorKey({ role, layer }))
  const get = (role: TensorRole, layer: number | null = null): Placement => {
    const placement = find(role, layer)
    if (!placement) throw new ModelFormatError(`This shard holds no ${tensorKey({ role, layer })}.`)
    return placement
  }
  const writeNorm = (kind: Norm['kind'], { address: gain, columns: size }: Placement, bias: number) =>
    write('Norm', { kind: NORM_CODES[kind], size, epsilon: norm.epsilon, gain, bias })
  return {
    write,
    /** Address of the record that is written next. */
    next: () => next,
    find,
    get,
    /** A matrix, and its bias where it has one. */
    matrix: (role: BiasedRole, layer: number | null) =>
      write('Matrix', matrixRecord(get(role, layer), find(`${role}Bias`, layer)?.address ?? 0)),
    /** A norm of the model's kind, or of another. */
    norm: (role: BiasedRole, layer: number | null, kind = norm.kind) =>
      writeNorm(kind, get(role, layer), kind === 'rms' ? 0 : get(`${role}Bias`, layer).address),
    /** The RMSNorm of single heads. */
    headNorm: (role: 'queryNorm' | 'keyNorm', layer: number) => writeNorm('rms', get(role, layer), 0),
  }
}
