// A phone on a slow network can press "Start a room" soon: what runs before that is small, and the rest comes when it is needed.
import { join } from 'node:path'
import { projectRoot } from '../../tools/ensure-built.ts'
import { longestSources, readChunks, weigh } from './support/script-weight.ts'
import { expect, test } from './support/stage.ts'

/** gzip bytes of all scripts before the first screen can be used. */
const budgetBytes = 90_000

const web = join(projectRoot, 'dist/web')
const german = 'web/texts/de.ts'

test('the first screen needs at most 90 KB of script, in whatever language', () => {
  const chunks = readChunks(web)
  const languages = Object.keys(chunks).filter((key) => /^web\/texts\/\w+\.ts$/.test(key))
  expect(languages).toContain(german)
  for (const language of languages) {
    const weights = weigh(web, chunks, ['index.html', language])
    const bytes = weights.reduce((sum, { gzipBytes }) => sum + gzipBytes, 0)
    const heaviest = weights
      .slice(0, 3)
      .map(({ file, gzipBytes }) => `${file}: ${gzipBytes} bytes, from ${longestSources(web, file, 6).join(', ')}`)
    expect(
      bytes,
      `Scripts of the first screen with ${language}; the heaviest:\n${heaviest.join('\n')}\n`,
    ).toBeLessThanOrEqual(budgetBytes)
  }
})

test('connections, the screens of rooms and every parser of models come later than the first screen', () => {
  const chunks = readChunks(web)
  const first = weigh(web, chunks, ['index.html']).flatMap(({ file }) => longestSources(web, file, 1_000))
  const early = first.filter((source) =>
    /simple-peer|node_modules\/(marked|dompurify|highlight|temml|qr|@huggingface|@tensorflow)|web\/hr-(room|guest|chat|qr)\.ts|compute\/(wasm|webgpu)/.test(
      source,
    ),
  )
  expect(early).toEqual([])
})
