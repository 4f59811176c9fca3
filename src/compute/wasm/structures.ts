// The records that kernels read from memory (assembly/structures.ts), written field by field in the same order, 4 bytes each.

export const FIELDS = {
  Matrix: ['address', 'format', 'groups', 'columns', 'bias'],
  Norm: ['kind', 'size', 'epsilon', 'gain', 'bias'],
  Workspace: [
    ...['hiddenSize', 'streamWidth', 'headSize', 'headStride', 'rotatedSize', 'halfSplit', 'queryHeadsPerKvHead'],
    ...[
      'causal',
      'attentionWindow',
      'activation',
      'fine',
      'halfCache',
      'overflow',
      'cache',
      'capacity',
      'chunkPositions',
      'chunkBytes',
    ],
    ...['residual', 'stream', 'sum', 'mask', 'turns', 'normed', 'first', 'second', 'third', 'queries', 'inner'],
    ...['bytes', 'words', 'scales', 'innerCopy', 'scratch', 'scratchBytes', 'output', 'logitBlocks'],
  ],
  Attention: [
    ...['norm', 'bottleneck', 'bottleneckNorm', 'valueOfResidual'],
    ...['query', 'key', 'value', 'queryNorm', 'keyNorm', 'projection'],
    ...['firstQueryHead', 'queryHeads', 'firstKvHead', 'kvHeads', 'innerOffset', 'cacheOffset'],
  ],
  FeedForward: ['norm', 'gate', 'up', 'down', 'size', 'innerOffset'],
  Join: ['narrow', 'narrowNorm', 'bias', 'norm', 'widen', 'widenNorm'],
  Sublayer: ['attention', 'feedForward', 'join'],
  Head: ['norm', 'transform', 'transformNorm', 'rows', 'firstColumn'],
} as const

export type RecordName = keyof typeof FIELDS
export type RecordValues<Name extends RecordName> = Readonly<Record<(typeof FIELDS)[Name][number], number>>

/** Bytes at the start of memory that threads use to meet (assembly/threads.ts). */
export const CONTROL_BYTES = 448
/** Address of the word there that says a helper has died. */
export const FAILED_ADDRESS = 320

/** Logits that the kernels summarize together (assembly/summarize.ts). */
export const LOGIT_BLOCK = 256

/** Rows of queries that a thread holds against a block of positions (assembly/attention-rows.ts). */
export const ATTENTION_ROWS = 32
export const ATTENTION_BLOCK = 64

/** Of each thread: rows of output and of scores, two numbers a row; a block of keys or values where the cache holds halves. */
export function attentionScratchBytes(headStride: number, halfCache: boolean): number {
  return (ATTENTION_ROWS * (headStride + ATTENTION_BLOCK + 2) + (halfCache ? ATTENTION_BLOCK * headStride : 0)) * 4
}

export function recordBytes(name: RecordName): number {
  return FIELDS[name].length * 4
}

/** Writes one record; `epsilon` is the only float, all else are integers. */
export function writeRecord<Name extends RecordName>(
  buffer: ArrayBufferLike,
  address: number,
  name: Name,
  values: RecordValues<Name>,
): void {
  const view = new DataView(buffer, address, recordBytes(name))
  FIELDS[name].forEach((field, i) => {
    const value = values[field as keyof typeof values]
    if (field === 'epsilon') view.setFloat32(i * 4, value, true)
    else view.setUint32(i * 4, value, true)
  })
}
