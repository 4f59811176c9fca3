// Downloads over a Wi-Fi that comes and goes: what may pass is tried again, what cannot pass is not.
import { HeadroomError, throwIfAborted } from '../base/errors.ts'

/** Waits between attempts without progress: about half a minute together, then the error. */
export const RETRY_DELAYS_MS: readonly number[] = [250, 500, 1000, 2000, 4000, 8000, 8000, 8000]

/** A connection that brings nothing for so long counts as broken. */
const STALL_MS = 15_000

/** A failure that may pass: network error, short body, 5xx. */
export class TransientError extends Error {
  constructor(message: string, options?: { cause?: unknown }) {
    super(message, options)
    this.name = 'TransientError'
  }
}

/** Resolves after `delayMs`, or at once when the signal aborts. */
function delay(delayMs: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer)
      signal?.removeEventListener('abort', end)
      resolve()
    }
    const timer = setTimeout(end, delayMs)
    signal?.addEventListener('abort', end)
    if (signal?.aborted) end()
  })
}

/** Counts attempts without progress; `failed` waits before the next one or throws when there is none. */
export class Attempts {
  #failures = 0
  readonly #what: string
  readonly #delaysMs: readonly number[]

  constructor(what: string, delaysMs: readonly number[]) {
    this.#what = what
    this.#delaysMs = delaysMs
  }

  progressed(): void {
    this.#failures = 0
  }

  /** Throws `download-failed` after the last attempt, `aborted` on abort, and `error` itself where no attempt can help. */
  async failed(error: unknown, signal?: AbortSignal): Promise<void> {
    throwIfAborted(signal)
    if (!(error instanceof TransientError)) throw error
    const delayMs = this.#delaysMs[this.#failures++]
    if (delayMs === undefined) {
      throw new HeadroomError(
        'download-failed',
        `${this.#what} stopped: ${error.message} Tried ${this.#failures} times without getting further. Check that the server is up and this device is still on the network, then load again: what is already here is kept.`,
        { cause: error },
      )
    }
    await delay(delayMs, signal)
    throwIfAborted(signal)
  }
}

/**
 * One `fetch`, its body as chunks. Network errors and stalls become `TransientError`; an abort stays what it is.
 * `check` sees the response before its body and throws where it is not what was asked.
 */
export async function* fetchBody(
  url: string,
  headers: Record<string, string>,
  check: (response: Response) => void,
  signal?: AbortSignal,
): AsyncGenerator<Uint8Array> {
  const stall = new AbortController()
  let timer = setTimeout(() => stall.abort(), STALL_MS)
  const alive = () => {
    clearTimeout(timer)
    timer = setTimeout(() => stall.abort(), STALL_MS)
  }
  let reader: ReadableStreamDefaultReader<Uint8Array> | null = null
  try {
    const response = await fetch(url, {
      headers,
      credentials: 'omit',
      // What is to be kept is kept by the weight cache, in the parts that are needed.
      cache: 'no-store',
      signal: signal ? AbortSignal.any([signal, stall.signal]) : stall.signal,
    }).catch((error: unknown) => {
      throw broken(url, error, stall.signal)
    })
    reader = response.body?.getReader() ?? null
    check(response)
    while (reader) {
      alive()
      const { done, value } = await reader.read().catch((error: unknown) => {
        throw broken(url, error, stall.signal)
      })
      if (done) return
      clearTimeout(timer)
      yield value
    }
  } finally {
    clearTimeout(timer)
    stall.abort()
    // After an error the stream is already closed and says so again here; that news is old.
    if (reader) await Promise.allSettled([reader.cancel()])
  }
}

function broken(url: string, error: unknown, stall: AbortSignal): TransientError {
  const why = stall.aborted
    ? `nothing came for ${STALL_MS / 1000} s`
    : String(error instanceof Error ? error.message : error)
  return new TransientError(`${url} does not answer (${why}).`, { cause: error })
}

/**
 * Throws for every status but the wanted one: `TransientError` for 408, 429 and 5xx, else a `HeadroomError` in words. `url` is for them:
 * what was asked, where the answer came from an address that is nobody's business.
 */
export function checkStatus(response: Response, wanted: number, what: string, url = response.url): void {
  const { status } = response
  if (status === wanted) return
  if (status === 408 || status === 429 || status >= 500) throw new TransientError(`${url} answers ${status}.`)
  if (status === 404)
    throw new HeadroomError('model-not-found', `${what} is not at ${url} (404). Check the model's name and address.`)
  if (status === 401 || status === 403)
    throw new HeadroomError(
      'token-needed',
      `${what} at ${url} is not open to everybody (${status}). It is private or gated: give a token of an account that may read it, and check that the token allows that.`,
    )
  throw new HeadroomError('download-failed', `${what}: ${url} answers ${status} where ${wanted} is needed.`)
}
