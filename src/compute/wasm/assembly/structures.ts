// What the loader writes into memory for the kernels to read: all fields 4 bytes, in the order that ../structures.ts writes them.
// An address of 0 means that the model has no such part.

/** A weight matrix: `groups` of four interleaved rows (the last one padded with zero rows). */
@unmanaged
export class Matrix {
  address: usize
  /** 0 f32, 1 f16, 2 int8, 3 int4. */
  format: i32
  groups: i32
  columns: i32
  /** [4 * groups] f32, or 0. */
  bias: usize
}

/** How one row of `size` values is normalised, and by which vectors. */
@unmanaged
export class Norm {
  /** 0 rms, 1 layer, 2 affine. */
  kind: i32
  size: i32
  epsilon: f32
  gain: usize
  /** 0 in rms norms. */
  bias: usize
}

/** The model's sizes and the scratch buffers, one for the whole executor. T is at most the tile. */
@unmanaged
export class Workspace {
  hiddenSize: i32
  /** Values a token has in the stream that sublayers add to. */
  streamWidth: i32
  headSize: i32
  /** headSize rounded up to 8. */
  headStride: i32
  rotatedSize: i32
  halfSplit: i32
  queryHeadsPerKvHead: i32
  causal: i32
  /** Positions a token sees, 0: all. */
  attentionWindow: i32
  /** 0 silu, 1 gelu, 2 gelu-tanh, 3 relu. */
  activation: i32
  /** int4 matrices take activations as words, though bytes are faster. */
  fine: i32
  /** Keys and values are kept as halves, not as f32. */
  halfCache: i32
  /** 1 once a key or value was no finite half. */
  overflow: i32
  /** KV chunks: `cache + chunk * chunkBytes + sublayer's offset`; position p lies in row p % capacity. */
  cache: usize
  capacity: i32
  /** A multiple of 16. */
  chunkPositions: i32
  chunkBytes: usize
  /** The residual stream, [T, hiddenSize]. */
  residual: usize
  /** [T, streamWidth]; the residual stream itself where no bottleneck narrows it. */
  stream: usize
  /** All ranks' partials of a sublayer, [T, streamWidth]. */
  sum: usize
  /** 0, or -Infinity for a position that is hidden from all: [seen]. */
  mask: usize
  /** cosine, sine: [T, rotatedSize / 2, 2]. */
  turns: usize
  /** Input of a sublayer's first matrices, [T, their columns]. */
  normed: usize
  /** Query or gate rows, or a bottleneck's or transform's, [T, 4 * groups]. */
  first: usize
  /** Key or up rows. */
  second: usize
  /** Value rows. */
  third: usize
  /** Rotated query heads, TINY_TIMES (vector.ts) too large where the cache holds halves, [heads, T, headStride]; where the model is not causal, those of all a step's tiles. */
  queries: usize
  /** Input of the sublayer's last matrix, [T, its columns]. */
  inner: usize
  /** Quantized activations (quantize.ts) of a sublayer's first matrices; those of its last lie `innerCopy` bytes behind. */
  bytes: usize
  words: usize
  scales: usize
  innerCopy: usize
  /** Attention's own (attention.ts): `scratchBytes` for each thread. */
  scratch: usize
  scratchBytes: usize
  /** Result of the sublayer, or logits, [T, 4 * groups]. */
  output: usize
  /** What logits are divided by (f64), then what `summarize` tells of each block of a token's. */
  logitBlocks: usize
}

/** One attention sublayer of the shard; heads are absolute numbers. */
@unmanaged
export class Attention {
  /** On the stream, before the matrices. */
  norm: Norm
  /** What makes queries and keys read something else than the stream: this of the residual stream. */
  bottleneck: Matrix
  bottleneckNorm: Norm
  /** Values read the residual stream itself. */
  valueOfResidual: i32
  query: Matrix
  key: Matrix
  value: Matrix
  /** On every head by itself. */
  queryNorm: Norm
  keyNorm: Norm
  projection: Matrix
  firstQueryHead: i32
  queryHeads: i32
  firstKvHead: i32
  kvHeads: i32
  /** Where my heads' columns begin among those the projection holds. */
  innerOffset: i32
  /** Of this sublayer's first KV head in a chunk (key-value-cache.ts). */
  cacheOffset: usize
}

/** One feed-forward sublayer of the shard. */
@unmanaged
export class FeedForward {
  norm: Norm
  /** 0 in models that are not gated. */
  gate: Matrix
  up: Matrix
  down: Matrix
  /** My columns of the MLP. */
  size: i32
  innerOffset: i32
}

/** What follows a sublayer's sum, on every rank alike. */
@unmanaged
export class Join {
  /** Makes the stream of a new layer out of the residual stream. */
  narrow: Matrix
  narrowNorm: Norm
  /** Of the sublayer's last matrix, [streamWidth]. */
  bias: usize
  /** On the stream, after the sum. */
  norm: Norm
  /** Brings the stream back to the residual stream, at the end of a layer. */
  widen: Matrix
  widenNorm: Norm
}

/** One of the shard's sublayers, as many one behind the other. */
@unmanaged
export class Sublayer {
  /** One of these two; neither where this rank has no part in it. */
  attention: Attention
  feedForward: FeedForward
  /** 0 where the sum is added and no more. */
  join: Join
}

/** The output head's rows of this shard. */
@unmanaged
export class Head {
  norm: Norm
  transform: Matrix
  transformNorm: Norm
  rows: Matrix
  /** Where the columns of `rows` begin among the hidden values. */
  firstColumn: i32
}
