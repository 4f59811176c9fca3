// From how far phones read the room's code: what the page really draws, as a camera of known optics sees it from there.
import decodeQR from 'qr/decode.js'
import { expect, onTestFinished, test } from 'vitest'
import { page } from 'vitest/browser'
import { HrPresent } from '../../../web/hr-present.ts'
import { HrRoom } from '../../../web/hr-room.ts'
import { link as anyLink, chatView, mount, must, readyView, roomView } from './page-support.ts'

/** With a secret that has words; as long as links on home networks are. */
const link = anyLink.replace(/E$/, 'A')

interface Camera {
  /** Across its picture. */
  pixels: number
  fieldOfViewDegrees: number
}

/** The main camera of most phones: 12 megapixels, 4:3, behind a lens like one of 26 mm on full frame, whose diagonal is 43.3 mm. */
const photo: Camera = { pixels: 4_032, fieldOfViewDegrees: 2 * degrees(Math.atan((0.8 * 43.3) / 2 / 26)) }
/** The same while it films, as pages and older phones look for codes. */
const film: Camera = { pixels: 1_920, fieldOfViewDegrees: 65 }

/** Widths in metres of what shows the page. */
const laptop = { width: 1_440, height: 900, metres: (14 * 0.0254 * 16) / Math.hypot(16, 10) }
const monitor = { width: 1_920, height: 1_080, metres: (24 * 0.0254 * 16) / Math.hypot(16, 9) }
const projector = { width: 1_440, height: 900, metres: 1.2 }
type Screen = typeof laptop

function degrees(radians: number): number {
  return (radians * 180) / Math.PI
}

const views = {
  'the room’s card': () => Object.assign(new HrRoom(), { view: roomView({ link }), chat: chatView([]), models: [] }),
  'the card of a room of two': () =>
    Object.assign(new HrRoom(), { view: { ...readyView, link }, chat: chatView([]), models: [] }),
  'the present view': () => Object.assign(new HrPresent(), { view: readyView, chat: chatView([]), link }),
}

interface PaintedCode {
  painted: ImageBitmap
  metresWide: number
}

/** As the browser paints it in a window of this screen. */
async function paintedCode(view: keyof typeof views, { width, height, metres }: Screen): Promise<PaintedCode> {
  await page.viewport(width, height)
  onTestFinished(() => page.viewport(414, 896))
  const { element } = await mount<HrPresent | HrRoom>(views[view]())
  const qr = must(findQr(element.renderRoot))
  qr.scrollIntoView({ block: 'center' })
  const metresWide = (qr.getBoundingClientRect().width / width) * metres
  const base64 = await page.screenshot({ element: qr, save: false })
  const painted = await createImageBitmap(await (await fetch(`data:image/png;base64,${base64}`)).blob())
  return { painted, metresWide }
}

function findQr(root: ParentNode): SVGElement | null {
  for (const { shadowRoot, localName } of root.querySelectorAll('*')) {
    const found = shadowRoot && (localName === 'hr-qr' ? shadowRoot.querySelector('svg') : findQr(shadowRoot))
    if (found) return found
  }
  return null
}

/** What the camera sees from so far: each pixel the mean of what falls on it, blurred by the lens, and beside the code the dark of its page. */
function seen(code: PaintedCode, metresAway: number, { pixels, fieldOfViewDegrees }: Camera, shift: readonly number[]) {
  const metresSeen = 2 * metresAway * Math.tan((fieldOfViewDegrees * Math.PI) / 360)
  const size = (code.metresWide * pixels) / metresSeen
  const canvas = new OffscreenCanvas(Math.ceil(size) + 40, Math.ceil(size) + 40)
  const context = must(canvas.getContext('2d', { willReadFrequently: true }))
  context.fillStyle = '#202826'
  context.fillRect(0, 0, canvas.width, canvas.height)
  context.imageSmoothingQuality = 'high'
  context.filter = 'blur(0.5px)'
  context.drawImage(code.painted, 20 + shift[0]!, 20 + shift[1]!, size, size)
  return context.getImageData(0, 0, canvas.width, canvas.height)
}

/** A hand moves a camera by parts of a pixel from picture to picture. */
const hand = [0, 0.37, 0.61].flatMap((x) => [0.13, 0.5, 0.87].map((y) => [x, y]))

/** How many of the hand's pictures are read. */
function pictureCount(code: PaintedCode, metresAway: number, camera: Camera): number {
  const read = (shift: readonly number[]) => {
    try {
      return decodeQR(seen(code, metresAway, camera, shift), { timeLimit: 1_000 }) === link
    } catch {
      return false
    }
  }
  return hand.filter(read).length
}

test.each([
  { view: 'the room’s card', on: 'a 14 inch laptop', from: 3, screen: laptop, camera: photo },
  { view: 'the card of a room of two', on: 'a 14 inch laptop', from: 3, screen: laptop, camera: photo },
  { view: 'the room’s card', on: 'a 14 inch laptop', from: 1.5, screen: laptop, camera: film },
  { view: 'the present view', on: 'a 14 inch laptop', from: 3, screen: laptop, camera: film },
  { view: 'the present view', on: 'a 24 inch monitor', from: 3, screen: monitor, camera: film },
  { view: 'the present view', on: 'a projector 1.2 metres wide', from: 3, screen: projector, camera: film },
] as const)(
  'a picture $camera.pixels pixels wide, taken $from metres away, shows $view on $on well enough to be read',
  async ({ view, screen, from, camera }) => {
    expect(pictureCount(await paintedCode(view, screen), from, camera)).toBeGreaterThan(hand.length / 2)
  },
)
