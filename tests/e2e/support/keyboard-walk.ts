// Tab, pressed as often as there is something to operate: where it leads, and whether people see where they are.
import type { Page } from '@playwright/test'

export interface Walk {
  /** What can be operated, in the order of the page, by its words: in the dialog that is open, or on the whole page. */
  wanted: string[]
  /** Where Tab led. */
  reached: string[]
  /** Where the focus could not be seen. */
  unseen: string[]
}

export async function walk(page: Page): Promise<Walk> {
  const wanted = await page.evaluate(beginning)
  const reached: string[] = []
  const unseen: string[] = []
  for (const _ of wanted) {
    await page.keyboard.press('Tab')
    const { words, seen } = await page.evaluate(focused)
    reached.push(words)
    if (!seen) unseen.push(words)
  }
  return { wanted, reached, unseen }
}

/** Puts the focus before everything that can be operated; all of it, in its order. */
function beginning(): string[] {
  const openDialog = (node: ParentNode): HTMLElement | null => {
    for (const element of node.querySelectorAll<HTMLElement>('*')) {
      if (element.matches('dialog:modal')) return element
      const inside = element.shadowRoot && openDialog(element.shadowRoot)
      if (inside) return inside
    }
    return null
  }
  const operable = 'a[href], button, input, select, textarea, summary, [tabindex]'
  const found: string[] = []
  const look = (node: Node) => {
    if (node instanceof HTMLElement || node instanceof SVGElement) {
      const { tagName, tabIndex, dataset, id } = node
      const off = 'disabled' in node && node.disabled === true
      const otherRadio = node instanceof HTMLInputElement && node.type === 'radio' && !node.checked
      const shown = node.checkVisibility({ visibilityProperty: true })
      if (node.matches(operable) && tabIndex >= 0 && !off && !otherRadio && shown)
        found.push(`${tagName} ${dataset.testid ?? id} ${(node.textContent ?? '').trim().slice(0, 40)}`)
    }
    const slotted = node instanceof HTMLSlotElement ? node.assignedNodes() : []
    const inside = node instanceof Element && node.shadowRoot ? node.shadowRoot.childNodes : node.childNodes
    for (const child of slotted.length > 0 ? slotted : inside) look(child)
  }
  const root = openDialog(document) ?? document.body
  look(root)
  let active = document.activeElement
  while (active?.shadowRoot?.activeElement) active = active.shadowRoot.activeElement
  if (active instanceof HTMLElement) active.blur()
  getSelection()?.removeAllRanges()
  root.tabIndex = -1
  root.focus()
  root.removeAttribute('tabindex')
  return found
}

function focused(): { words: string; seen: boolean } {
  let active = document.activeElement
  while (active?.shadowRoot?.activeElement) active = active.shadowRoot.activeElement
  if (!(active instanceof HTMLElement || active instanceof SVGElement)) return { words: '', seen: false }
  const outlined = (element: Element | null): boolean => {
    if (!element) return false
    const { outlineStyle, outlineWidth } = getComputedStyle(element)
    return outlineStyle !== 'none' && Number.parseFloat(outlineWidth) > 0
  }
  // The frame around a field may show the focus in its place, and a strong line in a drawing.
  const stroked = (shape: Element) => Number.parseFloat(getComputedStyle(shape).strokeWidth) >= 3
  const drawn = active instanceof SVGElement && [...active.querySelectorAll('*')].some(stroked)
  return {
    words: `${active.tagName} ${active.dataset.testid ?? active.id} ${(active.textContent ?? '').trim().slice(0, 40)}`,
    seen: drawn || outlined(active) || outlined(active.closest('form, label')),
  }
}
