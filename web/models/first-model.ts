// Which model one tap loads: the one somebody has just chosen, or this device ran last, or the server begins with.
import type { CatalogueModel } from '../../src/index.ts'
import type { ModelCommand } from './model-commands.ts'
import type { ModelWorkView } from './model-work.ts'

export interface FirstModel {
  name: string
  /** null: not known before its files are asked for. */
  sizeBytes: number | null
  /** Is it one of the page's own server? */
  listed: boolean
  /** What loads it. */
  command: ModelCommand
}

/** null while the server's models are not known, and where there is none to offer. */
export function firstModel(
  models: readonly CatalogueModel[] | null,
  { fit, last }: Pick<ModelWorkView, 'fit' | 'last'>,
): FirstModel | null {
  const named = (id: unknown) => models?.find(({ modelId }) => modelId === id)
  if (fit && !named(fit.model)) {
    const name = fit.fit?.modelId ?? (typeof fit.model === 'string' ? fit.model : null)
    const command = { kind: 'load-model', model: fit.model, ...fit.options } as const
    if (name !== null) return { name, sizeBytes: fit.fit?.modelBytes ?? null, listed: false, command }
  }
  const lastName = last?.kind === 'named' ? last.model : null
  const listed = named(fit?.model) ?? named(lastName)
  if (!listed && models && lastName !== null)
    return { name: lastName, sizeBytes: null, listed: false, command: { kind: 'load-again' } }
  const chosen = listed ?? models?.find(({ isDefault }) => isDefault) ?? models?.[0]
  if (!chosen) return null
  const { name, sizeBytes, modelId } = chosen
  return { name, sizeBytes, listed: true, command: { kind: 'load-model', model: modelId } }
}
