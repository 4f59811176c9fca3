// The page: which screen the address and the room ask for, and the one place where commands reach the controller.
import { css, html, LitElement, type PropertyValues, type TemplateResult } from 'lit'
import { customElement, property, state } from 'lit/decorators.js'
import './hr-confirm.ts'
import './hr-foot.ts'
import './hr-install.ts'
import './hr-join.ts'
import './hr-notice.ts'
import './hr-start.ts'
import { mark } from './icons.ts'
import { InstallOffer } from './install-offer.ts'
import { joiningObstacle } from './joining-obstacle.ts'
import { LaterPart } from './later-part.ts'
import { firstModel } from './models/first-model.ts'
import { RoomController, type System } from './room-controller.ts'
import { routeOf } from './room-link.ts'
import { type OfflineState, type OfflineWorker, registerServiceWorker } from './service-worker.ts'
import { shared } from './styles.ts'
import { texts } from './texts/texts.ts'

/** Screens that nobody sees first: their code is fetched while the first one is read. */
const laterScreens = () => Promise.all([import('./hr-room.ts'), import('./hr-guest.ts'), import('./hr-reader.ts')])

type Screen = 'start' | 'reader' | 'join' | 'parted' | 'guest' | 'room'

@customElement('hr-app')
export class HrApp extends LitElement {
  /** Of this build of the page. */
  @property() version = ''
  @state() hash = location.hash
  @state() offline: OfflineState = 'absent'
  @state() updateWaiting = false
  readonly #later = new LaterPart(this, laterScreens, ['hr-room', 'hr-guest', 'hr-reader'].every(isHere))
  readonly #room: RoomController
  readonly #install = new InstallOffer(this, localStorage)
  #worker: OfflineWorker | null = null
  #shown: Screen | null = null

  constructor(system: System) {
    super()
    this.#room = new RoomController(this, system)
    this.addEventListener('hr-command', ({ command }) => {
      if (command.kind === 'reload-page') this.#worker?.reload()
      else void this.#room.run(command)
    })
  }

  static override styles = [
    shared,
    css`
      :host { display: flex; flex-direction: column; min-height: 100dvh; padding-inline: max(var(--gutter), env(safe-area-inset-left)) max(var(--gutter), env(safe-area-inset-right)); max-width: 82rem; margin-inline: auto; }
      .top { display: flex; align-items: center; justify-content: space-between; gap: 1rem; min-height: var(--header-height); }
      .brand { display: inline-flex; align-items: center; gap: 0.625rem; font-weight: 680; font-size: 1.125rem; letter-spacing: -0.01em; }
      main { flex: 1; min-width: 0; }
      .notices { display: grid; gap: 0.5rem; }
      .notices > * { margin-bottom: 0.75rem; }
      .bottom { max-width: 40rem; width: 100%; margin-inline: auto; padding-bottom: env(safe-area-inset-bottom); }
    `,
  ]

  override connectedCallback(): void {
    super.connectedCallback()
    window.addEventListener('hashchange', this.#navigated)
    this.#worker = registerServiceWorker((offline, updateWaiting) => {
      this.offline = offline
      this.updateWaiting = updateWaiting
    })
  }

  protected override firstUpdated(): void {
    void this.#later.fetch()
    this.#doFirst()
  }

  /** What a shortcut of the installed app asks for is done once: a reload does not do it again. */
  #doFirst() {
    const route = routeOf(this.hash)
    if (route.kind !== 'start' || !route.first) return
    history.replaceState(null, '', '#/')
    this.hash = '#/'
    if (route.first === 'start-room') void this.#room.run({ kind: 'start-room' })
    else void this.renderRoot.querySelector('hr-start')?.readCode()
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    window.removeEventListener('hashchange', this.#navigated)
  }

  override render() {
    const screen = this.#screen()
    const { page } = texts
    return html`
      <header class="top">
        <span class="brand">${mark} Headroom</span>
        ${
          screen === 'room'
            ? html`<hr-confirm data-testid="end-room" label=${page.endRoom} question=${page.endForEverybody} @hr-confirmed=${this.#end}></hr-confirm>`
            : null
        }
      </header>
      <div class="notices">${this.#update()}${this.#failure()}</div>
      <main>${this.#content(screen)}</main>
      ${screen === 'room' ? null : html`<footer class="bottom">${screen === 'start' ? this.#installOffer() : null}${this.#foot()}</footer>`}
    `
  }

  #screen(): Screen {
    const { view, parted } = this.#room
    if (view.role === 'leader') return 'room'
    if (view.role === 'guest' && !parted) return 'guest'
    const { kind } = routeOf(this.hash)
    if (kind !== 'room') return kind === 'conversations' ? 'reader' : 'start'
    return parted ? 'parted' : 'join'
  }

  #content(screen: Screen): TemplateResult {
    const room = this.#room
    const { view, profile, models, server, conversations, encoderWork, busy } = room
    const serversFirst = models?.find(({ isDefault }) => isDefault) ?? null
    const secureUrl = server?.addresses.find(({ url }) => url.startsWith('https:'))?.url ?? null
    if (this.#later.state !== 'here' && screen !== 'start' && screen !== 'join') return this.#onItsWay()
    switch (screen) {
      case 'start':
        return html`<hr-start .profile=${profile} .model=${firstModel(models, room.modelWork.view)} .rooms=${room.rooms} .models=${models} .secureUrl=${secureUrl} ?hasConversations=${conversations.view.list.length > 0} ?measuring=${busy.has('measure')} ?starting=${busy.has('start-room')}></hr-start>`
      case 'reader':
        return html`<hr-reader .chat=${conversations.view} ?starting=${busy.has('start-room')}></hr-reader>`
      case 'join':
        return html`<hr-join .profile=${profile} .model=${serversFirst} .models=${models} .sign=${room.sign} .failure=${room.failure?.error ?? null}
          ?returning=${room.returning} .secureUrl=${secureUrl} ?joining=${busy.has('join-room')}></hr-join>`
      case 'parted':
        return html`<hr-parted .why=${room.parted} ?joining=${busy.has('join-room')}></hr-parted>`
      case 'guest':
        return html`<hr-guest .view=${view} .models=${models} ?tryingServer=${busy.has('try-server')}></hr-guest>`
      case 'room':
        return html`<hr-room .view=${view} .chat=${conversations.view} .models=${models}
          .modelsError=${room.modelsError} .addresses=${server?.addresses ?? null} ?selfSigned=${server?.selfSigned ?? false}
          .hubUrl=${server?.hubUrl ?? null} .modelWork=${room.modelWork.view} ?loading=${busy.has('load-model') || busy.has('load-again')}
          ?tryingServer=${busy.has('try-server')} ?askingHub=${busy.has('search-hub') || busy.has('open-repository')}
          .comparison=${encoderWork.comparison} .filled=${encoderWork.filled}>
          <div slot="foot">${this.#foot()}</div>
        </hr-room>`
    }
  }

  #onItsWay() {
    const { onItsWay, partMissing, partMissingHelp, reload } = texts.page
    return this.#later.state !== 'missing'
      ? html`<p role="status">${onItsWay}</p>`
      : html`<hr-notice heading=${partMissing} message=${partMissingHelp} action=${reload}
          @hr-notice-action=${() => location.reload()}></hr-notice>`
  }

  #foot() {
    const { kept, keptAsked } = this.#room.modelWork.view
    return html`<hr-foot .kept=${kept} .models=${this.#room.models} .keptAsked=${keptAsked} offline=${this.offline} version=${this.version}
      ?forgetting=${this.#room.busy.has('forget-downloads') || this.#room.busy.has('forget-model')}></hr-foot>`
  }

  #installOffer() {
    const { way } = this.#install
    return way === 'none' ? null : html`<hr-install .offer=${this.#install} way=${way}></hr-install>`
  }

  #failure() {
    const { failure, view } = this.#room
    if (failure && this.#screen() === 'join' && joiningObstacle(failure.error)) return null
    if (!failure || (view.state.kind === 'failed' && view.state.error.message === failure.error?.message)) return null
    return html`<hr-notice data-testid="failure" .error=${failure.error} message=${failure.message}
      action=${failure.command ? texts.page.tryAgain : ''} @hr-notice-action=${() => failure.command && void this.#room.run(failure.command)}></hr-notice>`
  }

  #update() {
    if (!this.updateWaiting) return null
    const { newVersion, reloadCost, reload } = texts.page
    const cost = this.#room.view.role ? reloadCost : ''
    return html`<hr-notice tone="information" data-testid="update" heading=${newVersion} message=${cost} action=${reload}
      @hr-notice-action=${() => this.#worker?.reload()}></hr-notice>`
  }

  protected override updated(changed: PropertyValues<this>) {
    super.updated(changed)
    const screen = this.#screen()
    const inRoom = screen === 'room' || screen === 'guest'
    document.title = inRoom ? texts.page.roomTitle(this.#room.view.devices.length) : 'Headroom'
    const element = this.renderRoot.querySelector<LitElement>(`hr-${screen}`)
    if (!element) return
    if (this.#shown !== null && this.#shown !== screen) void focusHeading(element)
    this.#shown = screen
  }

  readonly #navigated = () => {
    this.hash = this.#room.holdHash(location.hash)
    void this.updateComplete.then(() => this.#doFirst())
  }

  #end() {
    void this.#room.run({ kind: 'leave-room' })
  }
}

function isHere(element: string): boolean {
  return customElements.get(element) !== undefined
}

/** Whoever cannot see that the screen is another one hears it. */
async function focusHeading(screen: LitElement): Promise<void> {
  await screen.updateComplete
  screen.renderRoot.querySelector('h1')?.focus()
}

declare global {
  interface HTMLElementTagNameMap {
    'hr-app': HrApp
  }
}
