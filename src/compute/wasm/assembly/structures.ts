// What the loader writes into memory for the kernels to read: all fields 4 bytes, in the order that ../structures.ts writes them.

/** A weight matrix: `groups` of four interleaved rows (the last one padded with zero rows). */
@unmanaged
export class Matrix {
  address: usize
  /** 0 f32, 1 f16, 2 int8, 3 int4. */
  format: i32
  groups: i32
  columns: i32
}

/** The model's sizes and the scratch buffers, one for the whole executor. T is at most the tile. */
@unmanaged
export class Workspace {
  hiddenSize: i32
  epsilon: f32
  headSize: i32
  /** headSize rounded up to 4. */
  headStride: i32
  rotatedSize: i32
  halfSplit: i32
  queryHeadsPerKvHead: i32
  /** KV chunks: `cache + chunk * chunkBytes + sublayer's offset`. */
  cache: usize
  chunkPositions: i32
  chunkBytes: usize
  /** Sublayer input, [T, hiddenSize]. */
  input: usize
  /** cosine, sine: [T, rotatedSize / 2, 2]. */
  turns: usize
  /** [T, hiddenSize] */
  normed: usize
  /** Query or gate rows, [T, 4 * groups]. */
  first: usize
  /** Key or up rows. */
  second: usize
  /** Value rows. */
  third: usize
  /** Rotated query heads, [T, heads, headStride]. */
  rotated: usize
  /** Input of the sublayer's last matrix, [T, its columns]. */
  inner: usize
  /** Quantized activations (quantize.ts). */
  bytes: usize
  words: usize
  scales: usize
  /** Attention scores, then one head's output: `scoresBytes` for each thread. */
  scores: usize
  scoresBytes: usize
  /** Result of the sublayer, or logits, [T, 4 * groups]. */
  output: usize
}

/** One attention sublayer of the shard; heads are absolute numbers. */
@unmanaged
export class Attention {
  norm: usize
  query: Matrix
  key: Matrix
  value: Matrix
  projection: Matrix
  firstQueryHead: i32
  queryHeads: i32
  firstKvHead: i32
  kvHeads: i32
  /** Where my heads' columns begin among those the projection holds. */
  innerOffset: i32
  /** Of this sublayer's keys in a KV chunk: [kvHeads, 2, chunkPositions, headStride] f32. */
  cacheOffset: usize
}

/** One feed-forward sublayer of the shard. */
@unmanaged
export class FeedForward {
  norm: usize
  gate: Matrix
  up: Matrix
  down: Matrix
  /** My columns of the MLP. */
  size: i32
  innerOffset: i32
}

/** The output head's rows of this shard. */
@unmanaged
export class Head {
  norm: usize
  rows: Matrix
}
