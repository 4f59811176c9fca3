import { expect, onTestFinished, test, vi } from 'vitest'
import { userEvent } from 'vitest/browser'
import { HrInvite } from '../../../web/hr-invite.ts'
import { HrModels } from '../../../web/hr-models.ts'
import { HrRoom } from '../../../web/hr-room.ts'
import { HrRoomState } from '../../../web/hr-room-state.ts'
import { laterTexts } from '../../../web/texts/later-texts.ts'
import {
  byTestId,
  chatView,
  deviceView,
  link,
  listedModels as models,
  mount,
  must,
  readyView,
  roomView,
  settled,
  wordsOf,
} from './page-support.ts'

const addresses = [
  { name: 'wlan0', url: 'https://192.168.1.20:8443/' },
  { name: 'eth0', url: 'https://10.0.0.7:8443/' },
]

async function showInvite(part: Partial<HrInvite>) {
  const { element } = await mount(Object.assign(new HrInvite(), { link, addresses, selfSigned: true }, part))
  const field = must(byTestId(element.renderRoot, 'room-link')) as HTMLInputElement
  return { element, field }
}

async function showModels(part: Partial<HrModels>) {
  return mount(Object.assign(new HrModels(), { view: roomView(), models }, part))
}

test('an invitation names a local address although the leader is on localhost', async () => {
  const { element, field } = await showInvite({ link: 'http://localhost:8080/#/room/Yk3vTq8LmZc0RxWb7HnPaA' })
  expect(field.value).toBe(link)
  expect(must(element.renderRoot.querySelector('hr-qr')).text).toBe(link)
})

test('choosing another address changes link and code', async () => {
  const { element, field } = await showInvite({})
  await userEvent.selectOptions(must(byTestId(element.renderRoot, 'address')), '1')
  await settled(element)
  expect(field.value).toBe('https://10.0.0.7:8443/#/room/Yk3vTq8LmZc0RxWb7HnPaA')
  expect(must(element.renderRoot.querySelector('hr-qr')).text).toBe(field.value)
})

test('with one address there is nothing to choose, and with none the page says why nobody can come', async () => {
  expect(byTestId((await showInvite({ addresses: addresses.slice(0, 1) })).element.renderRoot, 'address')).toBeNull()
  const { element, field } = await showInvite({ addresses: [] })
  expect(wordsOf(element)).toContain('Only this computer can open the link')
  expect(field.value).toBe(link)
})

test('the link is copied, and selected where the browser refuses that', async () => {
  const write = vi.spyOn(navigator.clipboard, 'writeText').mockResolvedValueOnce()
  const { element, field } = await showInvite({})
  const press = () => userEvent.click(must(byTestId(element.renderRoot, 'copy-link')))
  await press()
  expect(write).toHaveBeenCalledWith(link)
  await expect.poll(() => wordsOf(element)).toContain('Link copied')
  write.mockRejectedValueOnce(new DOMException('no', 'NotAllowedError'))
  await press()
  await expect.poll(() => wordsOf(element)).toContain('press Ctrl+C')
  expect(element.shadowRoot?.activeElement).toBe(field)
  write.mockRestore()
})

/** The system's share sheet until the test ends; null: a browser without one. */
function shareSheet(share: Navigator['share'] | null) {
  const own = Object.getOwnPropertyDescriptor(Navigator.prototype, 'share')
  Reflect.deleteProperty(Navigator.prototype, 'share')
  if (share) Object.defineProperty(Navigator.prototype, 'share', { configurable: true, value: share })
  onTestFinished(() => {
    Reflect.deleteProperty(Navigator.prototype, 'share')
    if (own) Object.defineProperty(Navigator.prototype, 'share', own)
  })
}

function shareButton({ renderRoot }: HrInvite): HTMLButtonElement | undefined {
  return [...renderRoot.querySelectorAll('button')].find((button) => wordsOf(button) === laterTexts().invite.share)
}

test.each([
  { name: 'goes to the system’s share sheet', fails: null, copied: [] },
  { name: 'goes nowhere when the sheet is closed', fails: 'AbortError', copied: [] },
  { name: 'is copied where the sheet refuses it', fails: 'NotAllowedError', copied: [[link]] },
])('the link $name', async ({ fails, copied }) => {
  const write = vi.spyOn(navigator.clipboard, 'writeText').mockResolvedValue()
  onTestFinished(() => write.mockRestore())
  const share = vi.fn(async () => {
    if (fails) throw new DOMException('no', fails)
  })
  shareSheet(share)
  const { element } = await showInvite({})
  await userEvent.click(must(shareButton(element)))
  await Promise.allSettled(share.mock.results.map(({ value }) => value))
  await settled(element)
  expect(share.mock.calls).toEqual([[{ title: laterTexts().invite.shareTitle, url: link }]])
  expect(write.mock.calls).toEqual(copied)
  expect(wordsOf(element).includes(laterTexts().invite.linkCopied)).toBe(copied.length > 0)
  expect(element.selected).toBe(false)
})

test('a browser without a share sheet offers none', async () => {
  shareSheet(null)
  expect(shareButton((await showInvite({})).element)).toBeUndefined()
})

test('the warning of a self-made certificate is explained, a trusted one is not mentioned', async () => {
  expect(wordsOf((await showInvite({})).element)).toContain('Phones will show a warning once')
  expect(wordsOf((await showInvite({ selfSigned: false })).element)).not.toContain('warning')
})

test('the default model is chosen and loads on one press', async () => {
  const { element, commands } = await showModels({})
  await userEvent.click(must(byTestId(element.renderRoot, 'load-model')))
  expect(commands).toEqual([{ kind: 'load-model', model: 'small' }])
})

test('another model is chosen by the keyboard', async () => {
  const { element, commands } = await showModels({})
  must(element.renderRoot.querySelector<HTMLInputElement>('input:checked')).focus()
  await userEvent.keyboard('{ArrowUp}')
  await settled(element)
  await userEvent.click(must(byTestId(element.renderRoot, 'load-model')))
  expect(commands).toEqual([
    { kind: 'check-fit', model: 'tiny' },
    { kind: 'load-model', model: 'tiny' },
  ])
})

test('a server without models says so and offers a file', async () => {
  const { element } = await showModels({ models: [] })
  expect(wordsOf(element)).toContain('The server has no model yet')
  expect(byTestId(element.renderRoot, 'load-model')).toBeNull()
  expect(must(element.renderRoot.querySelector('hr-file-drop')).disabled).toBe(false)
})

test('a chosen file is handed on whole', async () => {
  const { element, commands } = await showModels({ models: [] })
  const file = new File(['GGUF'], 'own.gguf')
  await userEvent.upload(must(byTestId(element.renderRoot, 'model-file')), file)
  const [command] = commands
  if (command?.kind !== 'load-model' || typeof command.model === 'string') throw new Error('No file was handed on.')
  const files = command.model.map((picked) => (picked instanceof File ? picked : picked.file))
  expect(files.map(({ name, size }) => ({ name, size }))).toEqual([{ name: 'own.gguf', size: 4 }])
})

test('a file can be dropped anywhere on the page', async () => {
  const { commands } = await showModels({})
  const dataTransfer = new DataTransfer()
  dataTransfer.items.add(new File(['GGUF'], 'own.gguf'))
  const drop = new DragEvent('drop', { dataTransfer, bubbles: true, cancelable: true })
  document.body.dispatchEvent(drop)
  expect(drop.defaultPrevented).toBe(true)
  await expect.poll(() => commands.map(({ kind }) => kind)).toEqual(['load-model'])
  expect(commands).toMatchObject([{ model: [{ path: 'own.gguf' }] }])
})

test('while a model is loaded, what is dropped is not opened, and the page says why', async () => {
  const { element, commands } = await showModels({ loading: true })
  const dataTransfer = new DataTransfer()
  dataTransfer.items.add(new File(['x'], 'own.gguf'))
  document.body.dispatchEvent(new DragEvent('drop', { dataTransfer, bubbles: true, cancelable: true }))
  await settled(element)
  expect(wordsOf(must(element.renderRoot.querySelector('hr-file-drop')))).toContain('so nothing was opened')
  expect(commands).toEqual([])
})

test('a dropped file that cannot be read is told', async () => {
  const { element, commands } = await showModels({})
  const file = (_: unknown, reject: (error: Error) => void) =>
    reject(new DOMException('The file is gone.', 'NotFoundError'))
  const items = [{ webkitGetAsEntry: () => ({ isFile: true, name: 'own.gguf', file }) }]
  window.dispatchEvent(Object.assign(new Event('drop'), { dataTransfer: { types: ['Files'], items } }))
  const drop = must(element.renderRoot.querySelector('hr-file-drop'))
  await expect.poll(() => wordsOf(drop)).toContain('What was dropped cannot be read.')
  expect(wordsOf(must(drop.renderRoot.querySelector('[lang=en]')))).toBe('The file is gone.')
  expect(commands).toEqual([])
})

test('a model of a hub is asked for by its name, with a token only where one was given', async () => {
  const { element, commands } = await showModels({ hubUrl: 'https://hub.example/' })
  const { renderRoot } = must(element.renderRoot.querySelector('hr-hub'))
  must(renderRoot.querySelector('details')).open = true
  expect(wordsOf(must(element.renderRoot.querySelector('hr-hub')))).toContain('sent to hub.example only')
  const token = must(renderRoot.querySelector<HTMLInputElement>('#token'))
  expect([token.type, token.autocomplete]).toEqual(['password', 'off'])
  await userEvent.fill(must(byTestId(renderRoot, 'hub-name')), ' owner/name:Q4_K_M ')
  await userEvent.click(must(byTestId(renderRoot, 'hub-load')))
  await userEvent.fill(token, 'hf_secret')
  await userEvent.click(must(byTestId(renderRoot, 'hub-load')))
  const asked = { kind: 'load-model', model: 'owner/name:Q4_K_M' }
  expect(commands).toEqual([asked, { ...asked, hubToken: 'hf_secret' }])
})

test('a server that allows no hub offers none', async () => {
  const { element } = await showModels({})
  expect(element.renderRoot.querySelector('hr-hub')).toBeNull()
})

test('while a model is asked for, no other can be', async () => {
  const { element } = await showModels({ hubUrl: 'https://hub.example/', loading: true })
  const load = must(element.renderRoot.querySelector<HTMLButtonElement>('[data-testid=load-model]'))
  expect([load.disabled, wordsOf(load)]).toEqual([true, 'Loading…'])
  const hub = must(element.renderRoot.querySelector('hr-hub'))
  expect(must(hub.renderRoot.querySelector('button')).disabled).toBe(true)
})

test('a loaded model shows its name, what it remembers and how its bytes were checked', async () => {
  const { element } = await showModels({ view: readyView })
  const words = wordsOf(must(byTestId(element.renderRoot, 'model')))
  expect(words).toBe('Small remembers 2,048 tokens · every byte checked')
  element.view = { ...readyView, model: { ...must(readyView.model), verified: 'length-and-etag' } }
  await settled(element)
  expect(wordsOf(element)).toContain('only length and version could be checked')
})

test('devices that hold nothing can be given a share of the model that is loaded', async () => {
  const view = { ...readyView, devices: [...readyView.devices, deviceView({ deviceId: 'late' })] }
  const late = view.devices.map((device) =>
    device.isSelf ? { ...device, holding: readyView.devices[1]!.holding } : device,
  )
  const { element, commands } = await showModels({ view: { ...view, devices: late } })
  const notice = must(byTestId(element.renderRoot, 'share-anew'))
  expect(wordsOf(notice)).toContain('1 device holds no share yet.')
  await userEvent.click(must(notice.shadowRoot?.querySelector('button')))
  expect(commands).toEqual([{ kind: 'load-model', model: 'small' }])
})

test('loading shows all bytes of all devices and can be cancelled', async () => {
  const progress = { loadedBytes: 10_000_000, totalBytes: 40_000_000, downloadedBytes: 10_000_000 }
  const devices = [deviceView({ progress }), deviceView({ deviceId: 'other', progress })]
  const state = new HrRoomState()
  state.leading = true
  state.view = roomView({ state: { kind: 'loading', modelId: 'small' }, devices })
  const { element, commands } = await mount(state)
  expect(wordsOf(element)).toContain('20 MB of 80 MB')
  await userEvent.click(must(byTestId(element.renderRoot, 'cancel-load')))
  expect(commands).toEqual([{ kind: 'cancel-load' }])
})

test('a room at rest shows no state, and a notice stays away once dismissed', async () => {
  const state = new HrRoomState()
  state.view = roomView({ notices: [{ code: 'peer-unreachable', message: 'A guest could not be reached.' }] })
  const { element } = await mount(state)
  await userEvent.click(must(element.renderRoot.querySelector('hr-notice')?.renderRoot.querySelector('button')))
  await settled(element)
  expect(element.hidden).toBe(true)
  expect(wordsOf(element)).toBe('')
})

test('a server out of reach is told once, and that the room goes on', async () => {
  const state = new HrRoomState()
  const notices = [{ code: 'signaling-down' as const, message: 'The signaling server does not answer.' }]
  state.view = roomView({ signaling: 'reconnecting', notices })
  const words = wordsOf((await mount(state)).element)
  expect(words).toContain('Devices that are here stay connected')
  expect(words).not.toContain('The signaling server does not answer.')
})

test('on a phone the chat comes up by itself when the model is ready', async () => {
  const room = Object.assign(new HrRoom(), { chat: chatView([]) })
  room.view = roomView({ state: { kind: 'loading', modelId: 'small' } })
  const { element } = await mount(room)
  expect(must(byTestId(element.renderRoot, 'tab-room')).getAttribute('aria-pressed')).toBe('true')
  room.view = readyView
  await settled(element)
  expect(must(byTestId(element.renderRoot, 'tab-chat')).getAttribute('aria-pressed')).toBe('true')
})
