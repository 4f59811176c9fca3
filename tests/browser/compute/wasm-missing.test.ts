// Kernels that do not come: said as what it is, and asked for again the next time.
import { afterEach, describe, expect, test, vi } from 'vitest'
import { MissingCodeError } from '../../../src/base/errors.ts'
import { loadKernels, type SimdBuild } from '../../../src/compute/wasm/kernels.ts'

afterEach(() => vi.restoreAllMocks())

interface Case {
  what: string
  /** What comes in the place of the file. */
  answer: (file: Response) => Promise<Response>
  words: RegExp
  /** Builds that come are kept: each case has one that no other asks for. */
  build: { simd: SimdBuild; shared: boolean }
}

const cases: Case[] = [
  {
    what: 'a server that has no such file',
    answer: async () => new Response('Not found', { status: 404 }),
    words: /it answered 404/,
    build: { simd: 'plain', shared: false },
  },
  {
    what: 'no network',
    answer: async () => Promise.reject(new TypeError('Failed to fetch')),
    words: /Failed to fetch/,
    build: { simd: 'plain', shared: true },
  },
  {
    what: 'a page in place of the file',
    answer: async () => new Response('<!doctype html><title>Sign in to this network</title>'),
    words: /53 bytes came that are not the whole file/,
    build: { simd: 'relaxed', shared: false },
  },
  {
    what: 'a file that broke off',
    answer: async (file) => new Response((await file.arrayBuffer()).slice(0, 5000)),
    words: /5000 bytes came that are not the whole file/,
    build: { simd: 'relaxed', shared: true },
  },
]

describe('kernels that do not come', () => {
  test.each(cases)('$what: a download that failed, what to do, and another try', async ({ answer, words, build }) => {
    const fetching = globalThis.fetch
    vi.spyOn(globalThis, 'fetch').mockImplementation(async (...request) => answer(await fetching(...request)))
    const error: unknown = await loadKernels(build.shared, build.simd).catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(MissingCodeError)
    expect(error).toMatchObject({ code: 'download-failed' })
    const { message } = error as Error
    expect(message).toMatch(words)
    expect(message).toContain(`kernels-${build.simd}${build.shared ? '-shared' : ''}`)
    expect(message).toContain('Check that the server runs, then reload.')
    vi.restoreAllMocks()
    expect(await loadKernels(build.shared, build.simd)).toMatchObject(build)
  })
})
