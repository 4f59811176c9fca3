// Models without their server: those that this device keeps whole can be listed and opened.
import { bytesInWords } from '../base/bytes-in-words.ts'
import { HeadroomError } from '../base/errors.ts'
import { keptModels } from '../weights/kept-models.ts'
import { storageIfAny } from '../weights/weight-cache.ts'
import { wholeModels } from '../weights/whole-models.ts'
import type { ModelSource } from './engine-protocol.ts'
import type { CatalogueModel } from './session-state.ts'

/** Those used last first. */
export async function listWholeModels(): Promise<Omit<CatalogueModel, 'isDefault'>[]> {
  const storage = await storageIfAny()
  if (!storage) return []
  const [whole, kept] = await Promise.all([wholeModels(storage), keptModels(storage)])
  return kept.flatMap(({ modelId }) =>
    whole
      .filter((model) => model.modelId === modelId)
      .map(({ files }) => ({
        modelId: modelId!,
        name: modelId!,
        sizeBytes: files.reduce((sum, { size }) => sum + size, 0),
      })),
  )
}

/** null where nothing of it is kept. Throws `download-failed` where it is kept in part. */
export async function sourceOfKept(modelId: string, serverUrl: string): Promise<ModelSource | null> {
  const storage = await storageIfAny()
  if (!storage) return null
  const whole = (await wholeModels(storage)).find((model) => model.modelId === modelId)
  if (whole) return { kind: 'kept', ...whole }
  const part = (await keptModels(storage)).find((model) => model.modelId === modelId)
  if (!part) return null
  throw new HeadroomError(
    'download-failed',
    `Of ${modelId} this device has kept ${bytesInWords(part.byteLength)}, which is less than it needs alone (in a room it holds only its share), and the server at ${new URL(serverUrl).host} does not answer. Load it where the server is in reach, or choose a model that is kept whole.`,
  )
}
