// Requests for parts of one file, asked for where the last answer came from: a model hub redirects every request to an address that
// holds for an hour, and counts how often it is asked (huggingface.co: 3,000 times in five minutes).
import { fetchBody, TransientError } from './retry.ts'

/** One GET with a `Range`; `check` as in `fetchBody`. */
export type RangeRequest = (
  range: string,
  check: (response: Response) => void,
  signal?: AbortSignal,
) => AsyncIterable<Uint8Array>

/** `token` is sent to the url's own host alone. An address that no longer answers is forgotten, and `url` asked again. */
export function followedRequest(url: string, token: string | null): RangeRequest {
  let target = url
  return async function* (range, check, signal) {
    const asked = target
    const isOwn = new URL(asked).origin === new URL(url).origin
    const headers = { Range: range, ...(token !== null && isOwn && { Authorization: `Bearer ${token}` }) }
    try {
      yield* fetchBody(asked, headers, followed, signal)
    } catch (error) {
      if (error instanceof TransientError) target = url
      throw error
    }

    function followed(response: Response): void {
      if (asked !== url && !response.ok)
        throw new TransientError(`The address that ${url} led to answers ${response.status}.`)
      check(response)
      if (response.redirected) target = response.url
    }
  }
}
