import type { CatalogueModel } from '../../src/index.ts'

/** What people call a model: its name in the server's list, or else how it was asked for. */
export function modelName(models: readonly CatalogueModel[] | null, modelId: string): string {
  return models?.find((model) => model.modelId === modelId)?.name ?? modelId
}
