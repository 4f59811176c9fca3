// `npm run bench -- page`: what a token costs the page. A recorded answer is replayed in the built page, one token a frame, in a room of
// one whose model rests meanwhile: all that runs is what shows, reads out and keeps the answer.
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { CDPSession, Page } from 'playwright'
import { BUILT_IN_MODEL_ID } from '../../src/cluster/built-in-model.ts'
import { call, openBrowserRoom } from '../browser-room.ts'
import { projectRoot } from '../ensure-built.ts'
import { percentiles } from '../percentiles.ts'
import { noteOfBusyMachine } from './machine-load.ts'

export interface PageOptions {
  /** How often the recorded answer is said in one answer. */
  times: number
  /** So many times slower than this machine. */
  slowdown: number
}

/** Main thread, milliseconds: from the piece's arrival and the frame's first callback to the end of its rendering, waits left out. */
export interface FrameTimes {
  p50: number | null
  p95: number | null
  max: number
}

export interface TokenCost {
  frameMs: FrameTimes
  /** Frames that took longer than a display with 60 a second gives them. */
  lateFrames: number
  layouts: number
  stylePasses: number
  layoutMs: number
  styleMs: number
  scriptMs: number
}

/** One of several times that the recorded answer was said: the same text behind more of it each time. */
export interface Saying extends TokenCost {
  /** JavaScript's memory after it, garbage collected. */
  heapBytes: number
}

export interface PageReport {
  tokens: number
  characters: number
  /** The browser's own CPU throttling; 1 is this machine as it is. */
  slowdown: number
  viewport: { width: number; height: number }
  whole: TokenCost
  sayings: Saying[]
  notes: Record<string, string>
}

interface Part {
  frames: number[]
  counts: Counts
  heapBytes: number
}

/** As the browser counts them; durations in seconds. */
const counted = ['LayoutCount', 'RecalcStyleCount', 'LayoutDuration', 'RecalcStyleDuration', 'ScriptDuration'] as const
type Counts = Record<(typeof counted)[number], number>

const viewport = { width: 390, height: 844 }
const lateMs = 1000 / 60

/** Throws `HeadroomError`. */
export async function benchPage({ times, slowdown }: PageOptions): Promise<PageReport> {
  const notes = await noteOfBusyMachine()
  const pieces = await recordedPieces()
  const room = await openBrowserRoom({ tabs: 1, model: BUILT_IN_MODEL_ID, query: {}, headed: false })
  try {
    const page = room.pages[0]!
    await page.setViewportSize(viewport)
    await call(() => page.evaluate((id) => globalThis.headroom!.loadModel(id), room.modelId))
    await page.evaluate(answerByHand)
    await page.getByTestId('prompt').fill('Say it again.')
    await page.getByTestId('send').click()
    await page.waitForFunction(() => globalThis.replay !== undefined)
    const session = await page.context().newCDPSession(page)
    await session.send('Performance.enable')
    await session.send('Emulation.setCPUThrottlingRate', { rate: slowdown })
    const parts: Part[] = []
    for (let time = 0; time < times; time++) parts.push(await replayPart(page, session, pieces))
    const shown = await page.getByTestId('answer').evaluate((answer) => answer.textContent?.length ?? 0)
    return {
      tokens: times * pieces.length,
      characters: shown,
      slowdown,
      viewport,
      whole: costOf(parts),
      sayings: parts.map((part) => ({ ...costOf([part]), heapBytes: part.heapBytes })),
      notes,
    }
  } finally {
    await room.close()
  }
}

/** They end with a paragraph's end. */
async function recordedPieces(): Promise<string[]> {
  const path = join(projectRoot, 'tests/fixtures/recorded-answer.json')
  const { pieces } = JSON.parse(await readFile(path, 'utf8')) as { pieces: string[] }
  return [...pieces.slice(0, -1), `${pieces.at(-1)}\n\n`]
}

async function replayPart(page: Page, session: CDPSession, pieces: string[]): Promise<Part> {
  const before = await countsOf(session)
  const frames = await page.evaluate(replayPieces, pieces)
  const after = await countsOf(session)
  const counts = Object.fromEntries(counted.map((name) => [name, after[name] - before[name]])) as Counts
  await session.send('HeapProfiler.collectGarbage')
  const [heapBytes] = await metricsOf(session, ['JSHeapUsedSize'])
  return { frames, counts, heapBytes: heapBytes! }
}

async function countsOf(session: CDPSession): Promise<Counts> {
  const values = await metricsOf(session, counted)
  return Object.fromEntries(counted.map((name, index) => [name, values[index]!])) as Counts
}

async function metricsOf(session: CDPSession, names: readonly string[]): Promise<number[]> {
  const { metrics } = await session.send('Performance.getMetrics')
  return names.map((wanted) => metrics.find(({ name }) => name === wanted)?.value ?? Number.NaN)
}

function costOf(parts: readonly Part[]): TokenCost {
  const frames = parts.flatMap((part) => part.frames)
  const each = (name: keyof Counts) => parts.reduce((sum, { counts }) => sum + counts[name], 0) / frames.length
  const { p50, p95 } = percentiles(frames)
  return {
    frameMs: { p50, p95, max: Math.max(...frames) },
    lateFrames: frames.filter((ms) => ms > lateMs).length,
    layouts: each('LayoutCount'),
    stylePasses: each('RecalcStyleCount'),
    layoutMs: 1000 * each('LayoutDuration'),
    styleMs: 1000 * each('RecalcStyleDuration'),
    scriptMs: 1000 * each('ScriptDuration'),
  }
}

declare global {
  /** In the page: hands a piece to the answer that is being written. */
  var replay: ((piece: string) => void) | undefined
}

/** Runs in the page: the next question is answered by what `replay` is given. */
function answerByHand(): void {
  const system = globalThis.headroom!
  system.chat = ({ onText }) => {
    globalThis.replay = onText
    return new Promise(() => undefined)
  }
}

/** Runs in the page. A message that is posted in a frame's first callback arrives when that frame has been rendered. */
async function replayPieces(pieces: readonly string[]): Promise<number[]> {
  const { port1, port2 } = new MessageChannel()
  const frame = () =>
    new Promise<number>((resolve) => {
      requestAnimationFrame(() => {
        const begin = performance.now()
        port1.onmessage = () => resolve(performance.now() - begin)
        port2.postMessage(null)
      })
    })
  const frames: number[] = []
  for (const piece of pieces) {
    const rendered = frame()
    const begin = performance.now()
    globalThis.replay!(piece)
    const handedOn = performance.now() - begin
    frames.push(handedOn + (await rendered))
  }
  return frames
}

export function formatPage({ whole, sayings, ...report }: PageReport): string {
  const { tokens, characters, slowdown, notes } = report
  const row = (name: string, cost: TokenCost, heap = '') => {
    const { frameMs, lateFrames, layouts, stylePasses, layoutMs, styleMs, scriptMs } = cost
    const frames = [frameMs.p50, frameMs.p95, frameMs.max].map((ms) => ms?.toFixed(1) ?? '–').join(' / ')
    const spent = [scriptMs, styleMs, layoutMs].map((ms) => ms.toFixed(2)).join(' / ')
    return `| ${name} | ${frames} | ${lateFrames} | ${stylePasses.toFixed(2)} | ${layouts.toFixed(2)} | ${spent} | ${heap} |`
  }
  return [
    `${tokens} tokens (${characters} characters), one a frame, at ${report.viewport.width}x${report.viewport.height}; CPU ${slowdown === 1 ? 'as it is' : `slowed ${slowdown} times by the browser`}`,
    '| part | frame p50 / p95 / max, ms | over 16.7 ms | styles a token | layouts a token | script / style / layout, ms a token | JavaScript heap after it |',
    '|---|---|---|---|---|---|---|',
    ...sayings.map((saying, time) => row(`time ${time + 1}`, saying, `${(saying.heapBytes / 1e6).toFixed(1)} MB`)),
    row('whole', whole),
    ...Object.entries(notes).map(([name, note]) => `${name}: ${note}`),
  ].join('\n')
}
