// The manifest promises files and addresses: each is there, and what it says it is.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import * as v from 'valibot'
import { describe, expect, it } from 'vitest'
import { routeOf } from '../../../web/room-link.ts'

const folder = fileURLToPath(new URL('../../../public/', import.meta.url))

const Picture = v.object({
  src: v.string(),
  sizes: v.string(),
  type: v.string(),
  purpose: v.optional(v.string(), 'any'),
})
const Manifest = v.object({
  id: v.literal('./'),
  name: v.pipe(v.string(), v.nonEmpty()),
  short_name: v.pipe(v.string(), v.maxLength(12)),
  description: v.pipe(v.string(), v.nonEmpty()),
  lang: v.literal('en'),
  dir: v.literal('ltr'),
  categories: v.pipe(v.array(v.string()), v.minLength(1)),
  start_url: v.literal('./'),
  scope: v.literal('./'),
  display: v.literal('standalone'),
  background_color: v.pipe(v.string(), v.hexColor()),
  theme_color: v.pipe(v.string(), v.hexColor()),
  icons: v.array(Picture),
  shortcuts: v.array(v.object({ name: v.string(), url: v.string(), icons: v.array(Picture) })),
  screenshots: v.array(
    v.object({ ...Picture.entries, form_factor: v.picklist(['narrow', 'wide']), label: v.string() }),
  ),
})

const manifest = v.parse(Manifest, JSON.parse(readFileSync(join(folder, 'manifest.webmanifest'), 'utf8')))

/** Width and height of a PNG, from its first chunk. */
function pngSize(path: string): string {
  const bytes = readFileSync(path)
  expect(bytes.subarray(1, 4).toString()).toBe('PNG')
  return `${bytes.readUInt32BE(16)}x${bytes.readUInt32BE(20)}`
}

describe('the manifest', () => {
  const pictures = [...manifest.icons, ...manifest.shortcuts.flatMap(({ icons }) => icons), ...manifest.screenshots]

  it.each(pictures.filter(({ type }) => type === 'image/png'))('names $src with its real size', ({ src, sizes }) => {
    expect(pngSize(join(folder, src))).toBe(sizes)
  })

  it('has the icons that installing asks for: 192, 512 and one that a mask may cut', () => {
    const sizes = (purpose: string) =>
      manifest.icons.filter((icon) => icon.purpose === purpose).map(({ sizes }) => sizes)
    expect(sizes('any')).toEqual(expect.arrayContaining(['192x192', '512x512']))
    expect(sizes('maskable')).toEqual(['512x512'])
  })

  it('has pictures for narrow and for wide windows', () => {
    const shapes = new Set(manifest.screenshots.map(({ form_factor }) => form_factor))
    expect(shapes).toEqual(new Set(['narrow', 'wide']))
  })

  it('has shortcuts that start a room and read a code', () => {
    const first = manifest.shortcuts.map(({ url }) => {
      const route = routeOf(new URL(url, 'https://example.org/').hash)
      return route.kind === 'start' ? route.first : null
    })
    expect(first).toEqual(['start-room', 'read-code'])
  })
})
