// The model that this device's rooms ran last, so that a page that was reloaded can offer it again. A file of this device is known by its
// name alone: a page cannot open it by itself. Tokens are never kept.
import * as v from 'valibot'
import { keepItem, keptItem } from '../kept-item.ts'

const words = v.pipe(v.string(), v.minLength(1), v.maxLength(2_000))

const schema = v.variant('kind', [
  v.object({
    kind: v.literal('named'),
    /** As it was asked for: an id of the server's, a hub's name, an address. */
    model: words,
    weights: v.exactOptional(v.picklist(['auto', 'f32', 'f16', 'int8', 'int4'])),
  }),
  v.object({ kind: v.literal('file'), name: words }),
])

export type LastModel = Readonly<v.InferOutput<typeof schema>>

const storageKey = 'headroom.model'

export function lastModel(storage: Storage): LastModel | null {
  return keptItem(storage, storageKey, schema)
}

export function rememberModel(storage: Storage, last: LastModel): void {
  keepItem(storage, storageKey, last)
}
