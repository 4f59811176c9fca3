/** Every way a Headroom call can fail on purpose. A caller may switch on it; people read the message. */
export type ErrorCode =
  | 'aborted'
  | 'bad-input'
  | 'bad-link'
  | 'bad-message'
  | 'device-lost'
  | 'download-failed'
  | 'internal'
  | 'kernels-stopped'
  | 'lane-stalled'
  | 'model-corrupt'
  | 'model-format'
  | 'model-not-found'
  | 'model-unsupported'
  | 'no-executor'
  | 'out-of-memory'
  | 'peer-lost'
  | 'peer-shape'
  | 'peer-unreachable'
  | 'plan-impossible'
  | 'room-ended'
  | 'room-full'
  | 'server-refused'
  | 'signaling-down'
  | 'storage-full'
  | 'token-needed'
  | 'version-mismatch'

/** An error as plain data, for worker messages, control messages and `--json`. */
export interface ErrorData {
  code: ErrorCode
  message: string
  /** Whose fault it is, as a rank of the running plan; absent where it is nobody's. */
  rank?: number
}

/**
 * The base of all expected failures. `message` says what happened, with which values, and what to do next.
 * Subclass only where a caller must act differently. The code stands in `name`, as in Node's own errors, so that every log shows it.
 */
export class HeadroomError extends Error {
  readonly code: ErrorCode
  /** Set by `blame`. */
  rank?: number

  constructor(code: ErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options)
    this.name = `HeadroomError [${code}]`
    this.code = code
  }
}

/** The file is not what it claims to be, or holds what this version cannot run. */
export class ModelFormatError extends HeadroomError {
  constructor(
    message: string,
    code: 'model-format' | 'model-unsupported' | 'model-corrupt' = 'model-format',
    options?: { cause?: unknown },
  ) {
    super(code, message, options)
  }
}

/** A part of the page that one kind of executor needs could not be fetched; another kind's may be there. */
export class MissingCodeError extends HeadroomError {
  constructor(message: string, options?: { cause?: unknown }) {
    super('download-failed', message, options)
  }
}

/** A member is gone: its lane closed or its heartbeat stopped. The room re-plans without it. */
export class PeerLostError extends HeadroomError {
  readonly peerId: string

  constructor(peerId: string, message: string, options?: { cause?: unknown }) {
    super('peer-lost', message, options)
    this.peerId = peerId
  }
}

/** A lane took or brought no bytes for longer than its limit. */
export class StalledLaneError extends HeadroomError {
  constructor(message: string) {
    super('lane-stalled', message)
  }
}

export function abortError(message = 'Stopped.'): HeadroomError {
  return new HeadroomError('aborted', message)
}

export function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw signal.reason instanceof HeadroomError ? signal.reason : abortError()
}

/** Any thrown value as data. Unknown errors become `internal`, an `AbortError` becomes `aborted`. */
export function toErrorData(error: unknown): ErrorData {
  if (error instanceof HeadroomError) {
    const { code, message, rank } = error
    return rank === undefined ? { code, message } : { code, message, rank }
  }
  if (error instanceof Error && error.name === 'AbortError') return { code: 'aborted', message: 'Stopped.' }
  return { code: 'internal', message: error instanceof Error ? error.message : String(error) }
}

export function fromErrorData({ code, message, rank }: ErrorData): HeadroomError {
  const error = new HeadroomError(code, message)
  if (rank !== undefined) error.rank = rank
  return error
}

/** `error`, laid at a rank's door, so that the next plan can do without it; an abort is nobody's fault. */
export function blame(error: unknown, rank: number): unknown {
  if (error instanceof HeadroomError && error.code !== 'aborted') error.rank = rank
  return error
}
