// What the page's tests share: views of rooms as data, and a place to put one component and hear what it asks for.
import { LitElement } from 'lit'
import { onTestFinished } from 'vitest'
import type { DeviceProfile, DeviceView, Holding, RoomFit, RoomView, TokenRecord } from '../../../src/index.ts'
import type { ChatView } from '../../../web/chat/conversations.ts'
import type { Turn } from '../../../web/chat/turn.ts'
import type { Command } from '../../../web/commands.ts'

export const link = 'https://192.168.1.20:8443/#/room/Yk3vTq8LmZc0RxWb7HnPaA'

export const profile: DeviceProfile = {
  deviceId: 'pixel',
  name: 'Pixel 9, Chrome',
  executor: 'webgpu',
  weightBytesPerSecond: 2_140_000_000,
  phases: { prefillBytesPerSecond: 9_500_000_000, readbackMs: 0.6, startMs: 40 },
  memoryBytes: 1_500_000_000,
  cores: 8,
  threads: 4,
  battery: null,
  backend: 'Mali-G715',
  otherExecutors: [],
}

export const holding: Holding = {
  rank: 1,
  layers: 30,
  queryHeads: { start: 4, end: 7 },
  kvHeads: { start: 2, end: 3 },
  ffn: { start: 768, end: 1152 },
  vocabulary: { start: 24_576, end: 36_864 },
  weightBytes: 26_100_000,
}

export function deviceView(part: Partial<DeviceView> = {}): DeviceView {
  return {
    deviceId: 'pixel',
    presence: 'serving',
    isLeader: false,
    isSelf: false,
    name: part.profile === null ? null : (part.profile ?? profile).name,
    connection: 'connected',
    profile,
    rttMs: 4.2,
    holding: null,
    progress: null,
    report: null,
    error: null,
    ...part,
  }
}

export const leaderDevice = deviceView({
  deviceId: 'laptop',
  isLeader: true,
  isSelf: true,
  rttMs: null,
  profile: { ...profile, deviceId: 'laptop', name: 'Laptop, Firefox', executor: 'wasm' },
})

export function roomView(part: Partial<RoomView> = {}): RoomView {
  return {
    role: 'leader',
    link,
    signaling: 'connected',
    state: { kind: 'lobby' },
    devices: [leaderDevice],
    plan: null,
    model: null,
    wire: null,
    steps: [],
    served: null,
    notices: [],
    talk: { turns: [], waiting: [], declined: null, canAsk: false },
    ...part,
  }
}

export const readyView = roomView({
  state: { kind: 'ready', modelId: 'small' },
  model: {
    modelId: 'small',
    family: 'llama',
    contextLength: 2_048,
    hasTemplate: true,
    encoder: null,
    sampling: {},
    verified: 'digest',
  },
  devices: [leaderDevice, deviceView({ holding })],
})

export const roomFit: RoomFit = {
  modelId: 'small',
  fits: true,
  modelBytes: 98_000_000,
  offeredBytes: 3_000_000_000,
  weights: 'auto',
  contextLength: 2_048,
  devices: [{ deviceId: 'laptop', name: 'Laptop, Firefox', memoryBytes: 120_000_000, offeredBytes: 1_500_000_000 }],
  speed: { known: true, tokenMs: 40, computeMs: 30, roundsMs: 10 },
}

/** A conversation of these turns, each the only one in its place. */
export function chatView(turns: readonly Turn[], part: Partial<ChatView> = {}): ChatView {
  return {
    conversationId: 'open',
    title: '',
    turns: turns.map((turn) => ({ turn, versions: [turn.id], tokens: null })),
    live: null,
    list: [],
    found: null,
    settings: null,
    deleted: null,
    kept: true,
    promised: true,
    ...part,
  }
}

/** One token of an answer, made by a laptop and a phone in 20 ms. */
export function tokenRecord(part: Partial<TokenRecord> = {}): TokenRecord {
  const { text = ' word', probability = 0.8 } = part
  return {
    token: 7,
    text,
    name: text,
    probability,
    likeliest: [
      { token: 7, name: text, probability },
      { token: 8, name: ' other', probability: (1 - probability) / 2 },
    ],
    step: {
      epoch: 1,
      stepMs: 20,
      promptTokens: null,
      bytes: 144_000,
      rounds: 62,
      ranks: [
        { computeMs: 12, transferMs: 2, waitMs: 6 },
        { computeMs: 15, transferMs: 4, waitMs: 1 },
      ],
    },
    ...part,
  }
}

/** Shows `element` until the test ends; `commands` collects what it fires. */
export async function mount<Element extends LitElement>(
  element: Element,
): Promise<{ element: Element; commands: Command[] }> {
  const commands: Command[] = []
  element.addEventListener('hr-command', (event) => commands.push(event.command))
  document.body.append(element)
  onTestFinished(() => element.remove())
  await settled(element)
  return { element, commands }
}

/** Waits until `element` and the components in it have rendered. */
export async function settled(element: LitElement): Promise<void> {
  await element.updateComplete
  for (const child of element.renderRoot.querySelectorAll('*')) if (child instanceof LitElement) await settled(child)
}

/** The first element with this test id, through all shadow roots; null when there is none. */
export function byTestId(root: ParentNode, id: string): HTMLElement | null {
  const found = root.querySelector<HTMLElement>(`[data-testid="${id}"]`)
  if (found) return found
  for (const { shadowRoot } of root.querySelectorAll('*')) {
    const inside = shadowRoot && byTestId(shadowRoot, id)
    if (inside) return inside
  }
  return null
}

export function must<Value>(value: Value | null | undefined): Value {
  if (value === null || value === undefined) throw new Error('The page does not show what the test looks for.')
  return value
}

/** All words that the element shows, shadow roots included, with single spaces between elements and none before punctuation. */
export function wordsOf(node: Node): string {
  return allText(node)
    .replace(/\s+/g, ' ')
    .replace(/ ([,.])/g, '$1')
    .trim()
}

function allText(node: Node): string {
  if (node instanceof HTMLStyleElement) return ''
  if (node instanceof Text) return node.data
  if (node instanceof HTMLSlotElement && node.assignedNodes().length > 0)
    return node.assignedNodes().map(allText).join(' ')
  const children = node instanceof Element && node.shadowRoot ? node.shadowRoot.childNodes : node.childNodes
  return [...children].map(allText).join(' ')
}

/** What a server lists; the second is the one it begins with. */
export const listedModels = [
  { modelId: 'tiny', name: 'Tiny', sizeBytes: 1_185_376, isDefault: false },
  { modelId: 'small', name: 'Small', sizeBytes: 98_000_000, isDefault: true },
]
