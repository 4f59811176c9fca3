// What `--dump` writes: one row per token of the prompt or text.
import { pool } from '../src/model/pooling.ts'
import type { TensorToWrite } from './write-safetensors.ts'

/** As a page hands it out: float32 arrays in Base64. */
export interface DumpedRows {
  tokens: readonly number[]
  /** null for models that generate. */
  attentionMask: readonly number[] | null
  hidden: string
  /** null without a head. */
  logits: string | null
}

export function dumpTensors({ tokens, attentionMask, hidden, logits }: DumpedRows): Record<string, TensorToWrite> {
  const tensors: Record<string, TensorToWrite> = { hidden: matrix(hidden, tokens.length) }
  if (logits !== null) tensors.logits = matrix(logits, tokens.length)
  if (attentionMask) {
    const values = new Float32Array(Uint8Array.from(tensors.hidden!.bytes).buffer)
    const mean = pool(values, attentionMask, { kind: 'mean', normalized: false })
    tensors.mean_pooled = { dtype: 'F32', shape: [mean.length], bytes: new Uint8Array(mean.buffer) }
  }
  const ids = new Uint8Array(Int32Array.from(tokens).buffer)
  return { ...tensors, input_ids: { dtype: 'I32', shape: [tokens.length], bytes: ids } }
}

function matrix(base64: string, rows: number): TensorToWrite {
  const bytes = Buffer.from(base64, 'base64')
  return { dtype: 'F32', shape: [rows, bytes.length / 4 / rows], bytes }
}
