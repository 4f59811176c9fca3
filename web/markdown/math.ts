// Formulas as MathML, which browsers lay out and screen readers speak. Temml comes when the first formula does.
import { safeFragment } from './safe-fragment.ts'

let temml: typeof import('temml').default | null = null

/** Fills the formulas under `root`; at once, where the library is there already. A formula that cannot be read stays as it was written. */
export function renderMath(root: HTMLElement): void {
  const formulas = root.querySelectorAll<HTMLElement>('.math:not([data-done])')
  if (formulas.length === 0) return
  if (temml) {
    for (const formula of formulas) fill(formula, temml)
    return
  }
  import('temml').then(
    (module) => {
      temml = module.default
      renderMath(root)
    },
    (error: unknown) => console.info('Formulas stay as they were written: their library could not be fetched.', error),
  )
}

function fill(formula: HTMLElement, { renderToString }: NonNullable<typeof temml>): void {
  const tex = formula.textContent ?? ''
  formula.dataset.done = ''
  try {
    const displayMode = formula.dataset.display === 'true'
    formula.replaceChildren(
      safeFragment(renderToString(tex, { displayMode, throwOnError: true, maxExpand: 100, maxSize: [20, 20] })),
    )
    formula.title = tex
  } catch (error) {
    console.info(`The formula ${tex} cannot be read.`, error)
    formula.replaceChildren(tex)
  }
}
