// What holds for every screen, whatever it shows: axe finds nothing in light and dark on phone and laptop, it fits narrow and magnified
// windows, the keyboard reaches everything and shows where it is, and nothing moves for people who asked for that.
import type { Page } from '@playwright/test'
import { axeFindings } from './axe.ts'
import { walk } from './keyboard-walk.ts'
import { expect } from './stage.ts'
import { type ColorScheme, colorSchemes, windowSizes } from './windows.ts'

/** A laptop's window at 200%, and the narrowest phone, which is also that window at 400%. */
const magnified = { width: 720, height: 450 }
const narrow = { width: 320, height: 640 }

/** `name` says which screen failed. Of a page with a dialog over it, the keyboard reaches the dialog alone. Leaves the page in the window it had. */
export async function checkScreen(page: Page, name: string): Promise<void> {
  await checkLooks(page, name)
  const { wanted, reached, unseen } = await walk(page)
  expect.soft(reached, `Tab reaches everything on ${name}, in the order of the page`).toEqual(wanted)
  expect.soft(unseen, `focus is visible on ${name}`).toEqual([])
}

/** All of it but the keyboard, for what goes away at the first key. */
export async function checkLooks(page: Page, name: string): Promise<void> {
  const own = await windowNow(page)
  for (const size of [windowSizes.phone, windowSizes.laptop])
    for (const colorScheme of colorSchemes) {
      await show(page, size, colorScheme)
      expect.soft(await axeFindings(page, colorScheme), `axe on ${name}, ${size.width} px, ${colorScheme}`).toEqual([])
    }
  for (const size of [magnified, narrow]) {
    await show(page, size, 'light')
    expect.soft(await page.evaluate(overflow), `${name} fits ${size.width} px`).toEqual([])
  }
  await read(page, 'rtl')
  expect.soft(await page.evaluate(overflow), `${name} fits ${narrow.width} px from right to left`).toEqual([])
  await read(page, 'ltr')
  await show(page, windowSizes.laptop, 'light')
  expect.soft(await page.evaluate(moving), `${name} moves nothing when asked so`).toEqual([])
  await show(page, own.size, own.colorScheme, 'no-preference')
}

type Size = (typeof windowSizes)['phone']

async function windowNow(page: Page): Promise<{ size: Size; colorScheme: ColorScheme }> {
  const dark = await page.evaluate(() => matchMedia('(prefers-color-scheme: dark)').matches)
  return { size: page.viewportSize() ?? windowSizes.laptop, colorScheme: dark ? 'dark' : 'light' }
}

async function show(
  page: Page,
  size: Size,
  colorScheme: ColorScheme,
  reducedMotion: 'reduce' | 'no-preference' = 'reduce',
): Promise<void> {
  await page.setViewportSize(size)
  await page.emulateMedia({ colorScheme, reducedMotion })
  // The page hears of its new window in the next frame, and only then moves what it shows elsewhere in it.
  await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))))
}

/** Turns the page's direction, as a language's that is written that way would. */
function read(page: Page, direction: 'ltr' | 'rtl') {
  return page.evaluate((direction) => {
    document.documentElement.dir = direction
  }, direction)
}

/** Elements that reach over an edge of the window, or of a dialog in it, where it would have to be scrolled sideways. */
function overflow(): string[] {
  const found: string[] = []
  const look = (node: ParentNode, edge: DOMRect) => {
    for (const element of node.querySelectorAll('*')) {
      const { left, right } = element.getBoundingClientRect()
      if (right > edge.right + 0.5 || left < edge.left - 0.5) found.push(element.outerHTML.slice(0, 120))
      if (element.shadowRoot) look(element.shadowRoot, edge)
    }
  }
  const measure = (frame: Element) => {
    if (frame.scrollWidth <= frame.clientWidth) return
    found.push(`${frame.tagName} is ${frame.scrollWidth} px wide`)
    const left = frame === document.documentElement ? 0 : frame.getBoundingClientRect().left
    look(frame, new DOMRect(left, 0, frame.clientWidth, frame.clientHeight))
  }
  const dialogs = (node: ParentNode) => {
    for (const element of node.querySelectorAll('*')) {
      if (element.matches(':modal')) measure(element)
      if (element.shadowRoot) dialogs(element.shadowRoot)
    }
  }
  measure(document.documentElement)
  dialogs(document)
  return found
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
