// A head's answer on the wire. Request and vocabulary fix every count, so none is sent and a wrong length shows at once; what remains
// to a peer is checked against what such rows can hold. Little-endian; a row is
//   u32 position, f32 maximum, f64 log-sum-exp, k x (u32 token, f32 logit) and as many likeliest as were asked for, and the raw logits as
//   f32 where they were asked for.
import { HeadroomError } from '../base/errors.ts'
import { type Range, rangeLength } from '../base/ranges.ts'
import type { Candidate, HeadRequest, HeadResult, HeadRow } from './sampling.ts'

const ROW_HEAD_BYTES = 16
const CANDIDATE_BYTES = 8

/** What the leader asked of this peer. */
export interface ExpectedHead {
  rowCount: number
  /** The peer's rows of the output head. */
  vocabulary: Range
  request: HeadRequest
}

export function encodeHeadResult(rows: HeadResult): Uint8Array {
  const rowBytes = ({ candidates, likeliest, logits }: HeadRow) =>
    ROW_HEAD_BYTES + (candidates.length + likeliest.length) * CANDIDATE_BYTES + (logits?.byteLength ?? 0)
  const bytes = new Uint8Array(rows.reduce((sum, row) => sum + rowBytes(row), 0))
  const view = new DataView(bytes.buffer)
  let offset = 0
  for (const { position, maximum, logSumExp, candidates, likeliest, logits } of rows) {
    view.setUint32(offset, position, true)
    view.setFloat32(offset + 4, maximum, true)
    view.setFloat64(offset + 8, logSumExp, true)
    offset += ROW_HEAD_BYTES
    for (const { token, logit } of [...candidates, ...likeliest]) {
      view.setUint32(offset, token, true)
      view.setFloat32(offset + 4, logit, true)
      offset += CANDIDATE_BYTES
    }
    if (logits === null) continue
    bytes.set(new Uint8Array(logits.buffer, logits.byteOffset, logits.byteLength), offset)
    offset += logits.byteLength
  }
  return bytes
}

/** Throws `peer-shape` where the bytes cannot be an honest answer to `expected`. The result keeps no reference to `bytes`. */
export function decodeHeadResult(bytes: Uint8Array, expected: ExpectedHead): HeadResult {
  const { rowCount, vocabulary, request } = expected
  const vocabularySize = rangeLength(vocabulary)
  const candidateCount = Math.min(request.candidates, vocabularySize)
  const likeliestCount = Math.min(request.likeliest, vocabularySize)
  const logitCount = request.logits ? vocabularySize : 0
  const rowBytes = ROW_HEAD_BYTES + (candidateCount + likeliestCount) * CANDIDATE_BYTES + logitCount * 4
  if (bytes.byteLength !== rowCount * rowBytes) {
    throw shapeError(`${bytes.byteLength} bytes instead of ${rowCount} rows of ${rowBytes} bytes`)
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const readCandidates = (start: number, count: number) =>
    Array.from({ length: count }, (_, i): Candidate => {
      const at = start + i * CANDIDATE_BYTES
      return { token: view.getUint32(at, true), logit: view.getFloat32(at + 4, true) }
    })
  return Array.from({ length: rowCount }, (_, index) => {
    const start = index * rowBytes
    const candidatesStart = start + ROW_HEAD_BYTES
    const logitsStart = start + rowBytes - logitCount * 4
    const row: HeadRow = {
      position: view.getUint32(start, true),
      maximum: view.getFloat32(start + 4, true),
      logSumExp: view.getFloat64(start + 8, true),
      candidates: readCandidates(candidatesStart, candidateCount),
      likeliest: readCandidates(candidatesStart + candidateCount * CANDIDATE_BYTES, likeliestCount),
      logits: request.logits ? new Float32Array(bytes.slice(logitsStart, start + rowBytes).buffer) : null,
    }
    checkRow(row, vocabulary, request)
    return row
  })
}

function checkRow(row: HeadRow, vocabulary: Range, request: HeadRequest): void {
  const { maximum, logSumExp, candidates, likeliest, logits } = row
  const vocabularySize = rangeLength(vocabulary)
  if (vocabularySize === 0) {
    if (maximum === -Infinity && logSumExp === -Infinity) return
    throw shapeError(`maximum ${maximum} and log-sum-exp ${logSumExp} from a rank without vocabulary`)
  }
  // The sum of n exponentials lies between the largest and n times the largest; 1e-3 is for rounding.
  const slack = 1e-3
  const mostSum = maximum + Math.log(vocabularySize) + slack
  if (!Number.isFinite(maximum) || !(logSumExp >= maximum - slack && logSumExp <= mostSum)) {
    throw shapeError(`log-sum-exp ${logSumExp} of ${vocabularySize} logits whose maximum is ${maximum}`)
  }
  checkCandidates(candidates, request.order, maximum, vocabulary)
  checkCandidates(likeliest, 'logit', maximum, vocabulary)
  const bad = logits?.find((logit) => !Number.isFinite(logit))
  if (bad !== undefined) throw shapeError(`the logit ${bad}`)
}

function checkCandidates(
  candidates: readonly Candidate[],
  order: HeadRequest['order'],
  maximum: number,
  vocabulary: Range,
): void {
  const seen = new Set<number>()
  let previous: Candidate | null = null
  for (const candidate of candidates) {
    const { token, logit } = candidate
    if (token < vocabulary.start || token >= vocabulary.end) {
      throw shapeError(`token ${token}, which is outside its rows ${vocabulary.start} to ${vocabulary.end}`)
    }
    if (seen.has(token)) throw shapeError(`token ${token} twice`)
    seen.add(token)
    if (!(logit <= maximum)) throw shapeError(`logit ${logit} above its maximum ${maximum}`)
    if (order === 'logit' && previous !== null && !comesBefore(previous, candidate)) {
      throw shapeError(`token ${token} in the wrong order`)
    }
    previous = candidate
  }
  const [first] = candidates
  if (order === 'logit' && first !== undefined && first.logit !== maximum) {
    throw shapeError(`a best logit ${first.logit} unlike its maximum ${maximum}`)
  }
}

/** The order of candidates: larger logit, then lower token. */
export function comesBefore(a: Candidate, b: Candidate): boolean {
  return a.logit > b.logit || (a.logit === b.logit && a.token < b.token)
}

function shapeError(what: string): HeadroomError {
  return new HeadroomError(
    'peer-shape',
    `A device answered the output head with ${what}. Remove that device, or reload its page so that it runs this version.`,
  )
}
