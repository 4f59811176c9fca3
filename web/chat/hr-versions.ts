// "2 of 3": where other answers, or other wordings of a question, stand in a turn's place.
import { css, html, LitElement } from 'lit'
import { customElement, property } from 'lit/decorators.js'
import { CommandEvent } from '../commands.ts'
import { nextIcon, previousIcon } from '../icons.ts'
import { shared } from '../styles.ts'
import { texts } from '../texts/texts.ts'
import { smallButtons } from './small-buttons.ts'

/** @fires hr-command `show-version` */
@customElement('hr-versions')
export class HrVersions extends LitElement {
  /** Ids of turns, oldest first. */
  @property({ attribute: false }) versions: readonly string[] = []
  /** The one that is shown. */
  @property() turnId = ''

  static override styles = [
    shared,
    smallButtons,
    css`:host { display: inline-flex; align-items: center; } button { padding: 0; }`,
  ]

  override render() {
    const index = this.versions.indexOf(this.turnId)
    const words = texts.chat
    return html`
      <button class="quiet small-button" data-testid="previous-version" aria-label=${words.previousVersion} title=${words.previousVersion}
        ?disabled=${index <= 0} @click=${() => this.#show(index - 1)}>${previousIcon}</button>
      <span class="small muted numbers" data-testid="version" aria-live="polite">${words.version(index + 1, this.versions.length)}</span>
      <button class="quiet small-button" data-testid="next-version" aria-label=${words.nextVersion} title=${words.nextVersion}
        ?disabled=${index >= this.versions.length - 1} @click=${() => this.#show(index + 1)}>${nextIcon}</button>`
  }

  #show(index: number) {
    const turnId = this.versions[index]
    if (turnId !== undefined) this.dispatchEvent(new CommandEvent({ kind: 'show-version', turnId }))
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'hr-versions': HrVersions
  }
}
