// What holds for every screen, whatever it shows: axe finds nothing in light and dark on phone and laptop, it fits narrow and magnified
// windows, the keyboard reaches everything and shows where it is, and nothing moves for people who asked for that.
import type { Page } from '@playwright/test'
import { axeFindings } from './axe.ts'
import { expect } from './stage.ts'

const phone = { width: 390, height: 844 }
const laptop = { width: 1440, height: 900 }
/** A laptop's window at 200%, and the narrowest phone, which is also that window at 400%. */
const magnified = { width: 720, height: 450 }
const narrow = { width: 320, height: 640 }

/** `name` says which screen failed. Leaves the page at the laptop's size. */
export async function checkScreen(page: Page, name: string): Promise<void> {
  for (const size of [phone, laptop])
    for (const colorScheme of ['light', 'dark'] as const) {
      await show(page, size, colorScheme)
      expect.soft(await axeFindings(page, colorScheme), `axe on ${name}, ${size.width} px, ${colorScheme}`).toEqual([])
    }
  for (const size of [magnified, narrow]) {
    await show(page, size, 'light')
    expect.soft(await overflow(page), `${name} fits ${size.width} px`).toEqual([])
  }
  await read(page, 'rtl')
  expect.soft(await overflow(page), `${name} fits ${narrow.width} px from right to left`).toEqual([])
  await read(page, 'ltr')
  await show(page, laptop, 'light')
  expect.soft(await page.evaluate(moving), `${name} moves nothing when asked so`).toEqual([])
  const { wanted, reached, unseen } = await walk(page)
  expect.soft(reached, `Tab reaches everything on ${name}, in the order of the page`).toEqual(wanted)
  expect.soft(unseen, `focus is visible on ${name}`).toEqual([])
}

/** What opens over a screen, where the rest of the page is out of reach. */
export async function checkDialog(page: Page, name: string): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const) {
    await show(page, phone, colorScheme)
    expect.soft(await axeFindings(page, colorScheme), `axe on ${name}, ${colorScheme}`).toEqual([])
  }
  await show(page, narrow, 'light')
  expect.soft(await overflow(page), `${name} fits ${narrow.width} px`).toEqual([])
  await show(page, laptop, 'light')
}

async function show(page: Page, size: { width: number; height: number }, colorScheme: 'light' | 'dark') {
  await page.setViewportSize(size)
  await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
}

/** Turns the page's direction, as a language's that is written that way would. */
function read(page: Page, direction: 'ltr' | 'rtl') {
  return page.evaluate((direction) => {
    document.documentElement.dir = direction
  }, direction)
}

/** Elements that reach over the window's edge, where the page would have to be scrolled sideways. */
function overflow(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const root = document.documentElement
    if (root.scrollWidth <= root.clientWidth) return []
    const found: string[] = []
    const look = (node: ParentNode) => {
      for (const element of node.querySelectorAll('*')) {
        if (element.getBoundingClientRect().right > root.clientWidth + 0.5) found.push(element.outerHTML.slice(0, 120))
        if (element.shadowRoot) look(element.shadowRoot)
      }
    }
    look(document)
    return [`${root.scrollWidth} px wide`, ...found]
  })
}

function moving(): string[] {
  const found: string[] = []
  const look = (node: ParentNode) => {
    for (const element of node.querySelectorAll('*')) {
      if (element.getAnimations().length > 0) found.push(element.outerHTML.slice(0, 120))
      if (element.shadowRoot) look(element.shadowRoot)
    }
  }
  look(document)
  return found
}

interface Walk {
  /** What can be operated, in the order of the page, by its words. */
  wanted: string[]
  /** Where Tab led. */
  reached: string[]
  /** Where the focus could not be seen. */
  unseen: string[]
}

async function walk(page: Page): Promise<Walk> {
  const wanted = await page.evaluate(() => {
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
    look(document.body)
    return found
  })
  await page.evaluate(() => {
    let active = document.activeElement
    while (active?.shadowRoot?.activeElement) active = active.shadowRoot.activeElement
    if (active instanceof HTMLElement) active.blur()
    getSelection()?.removeAllRanges()
    document.body.tabIndex = -1
    document.body.focus()
    document.body.removeAttribute('tabindex')
  })
  const reached: string[] = []
  const unseen: string[] = []
  for (const _ of wanted) {
    await page.keyboard.press('Tab')
    const [words, seen] = await page.evaluate(() => {
      let active = document.activeElement
      while (active?.shadowRoot?.activeElement) active = active.shadowRoot.activeElement
      if (!(active instanceof HTMLElement || active instanceof SVGElement)) return ['', false] as const
      const outlined = (element: Element | null): boolean => {
        if (!element) return false
        const { outlineStyle, outlineWidth } = getComputedStyle(element)
        return outlineStyle !== 'none' && Number.parseFloat(outlineWidth) > 0
      }
      // The frame around a field may show the focus in its place, and a strong line in a drawing.
      const stroked = (shape: Element) => Number.parseFloat(getComputedStyle(shape).strokeWidth) >= 3
      const drawn = active instanceof SVGElement && [...active.querySelectorAll('*')].some(stroked)
      const seen = drawn || outlined(active) || outlined(active.closest('form, label'))
      return [
        `${active.tagName} ${active.dataset.testid ?? active.id} ${(active.textContent ?? '').trim().slice(0, 40)}`,
        seen,
      ] as const
    })
    reached.push(words)
    if (!seen) unseen.push(words)
  }
  return { wanted, reached, unseen }
}
