// A JSON answer of a server, unknown until its schema has parsed it.
import * as v from 'valibot'
import { HeadroomError } from '../base/errors.ts'
import { Attempts, checkStatus, fetchBody, TransientError } from './retry.ts'

const MAX_JSON_BYTES = 16 << 20

export interface JsonRequest {
  /** What is asked for, as messages begin with it. */
  what: string
  /** Waits between attempts. */
  retryDelaysMs: readonly number[]
  headers?: Record<string, string>
  /** Throws for an answer that is refused in words of its own; whatever passes is held to status 200. */
  check?: (response: Response) => void
  signal?: AbortSignal | undefined
}

/** Throws `download-failed`, `model-not-found`, `token-needed`, `bad-message`, `aborted`. */
export async function fetchJson<const Schema extends v.GenericSchema>(
  url: string,
  schema: Schema,
  request: JsonRequest,
): Promise<v.InferOutput<Schema>> {
  const attempts = new Attempts(`Asking for ${url}`, request.retryDelaysMs)
  for (;;) {
    try {
      const result = v.safeParse(schema, parseJson(url, await fetchText(url, request)))
      if (result.success) return result.output
      throw notUnderstood(url, `${v.getDotPath(result.issues[0]) ?? 'the whole'}: ${result.issues[0].message}`)
    } catch (error) {
      await attempts.failed(error, request.signal)
    }
  }
}

async function fetchText(url: string, { what, headers = {}, check, signal }: JsonRequest): Promise<string> {
  const decoder = new TextDecoder()
  const checked = (response: Response) => {
    check?.(response)
    checkStatus(response, 200, what)
  }
  let text = ''
  for await (const chunk of fetchBody(url, headers, checked, signal)) {
    text += decoder.decode(chunk, { stream: true })
    if (text.length > MAX_JSON_BYTES) throw notUnderstood(url, `more than ${MAX_JSON_BYTES} bytes of JSON`)
  }
  return text + decoder.decode()
}

function parseJson(url: string, text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    // Cut short on the way, as a rule.
    throw new TransientError(`${url} answers with broken JSON (${text.length} characters).`, { cause: error })
  }
}

export function notUnderstood(url: string, how: string): HeadroomError {
  return new HeadroomError(
    'bad-message',
    `${url} answers with something else than this version expects (${how}). Are page and server of one version? Reload the page.`,
  )
}
