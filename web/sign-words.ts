// A room's sign in the words of whoever opened its link. Fetched with the first sign: most visits have none.
import { type CatalogueModel, type DeviceProfile, expectedShareBytes, type RoomSign } from '../src/index.ts'
import { modelName } from './models/model-name.ts'
import { laterTexts } from './texts/later-texts.ts'
import { texts } from './texts/texts.ts'

export interface SignWords {
  who: string
  what: string
  /** What this device would download; null while the room has no model. */
  share: { number: string; words: string } | null
}

/** `profile`: null until this device has measured itself. */
export function wordSign(
  sign: RoomSign,
  profile: DeviceProfile | null,
  models: readonly CatalogueModel[] | null,
): SignWords {
  const { model, startedBy, devices } = sign
  const words = laterTexts().sign
  const name = model ? modelName(models, model.name) : ''
  const shareBytes = profile && expectedShareBytes(sign, profile)
  return {
    who: texts.serving.startedBy(startedBy),
    what: model ? words.runs(name, devices) : words.noModel,
    share: model && {
      number: shareBytes === null ? texts.terms.itsShare : words.about(shareBytes),
      words: words.once(name, model.sizeBytes),
    },
  }
}
