// Words that the first screen has no use for, in the page's language. They come with the screens that show them, in all languages at once.
import { deDownloads } from './de-downloads.ts'
import { deEncoder } from './de-encoder.ts'
import { deExecutors } from './de-executors.ts'
import { deInvite } from './de-invite.ts'
import { deModels } from './de-models.ts'
import { deSettings } from './de-settings.ts'
import { deShortcuts } from './de-shortcuts.ts'
import { deSign } from './de-sign.ts'
import { deReading, deTalk } from './de-talk.ts'
import { deWork } from './de-work.ts'
import { enDownloads } from './en-downloads.ts'
import { enEncoder } from './en-encoder.ts'
import { enExecutors } from './en-executors.ts'
import { enInvite } from './en-invite.ts'
import { enModels } from './en-models.ts'
import { enSettings } from './en-settings.ts'
import { enShortcuts } from './en-shortcuts.ts'
import { enSign } from './en-sign.ts'
import { enReading, enTalk } from './en-talk.ts'
import { enWork } from './en-work.ts'
import { texts } from './texts.ts'

const en = {
  ...enDownloads,
  ...enModels,
  invite: enInvite,
  encoder: enEncoder,
  executors: enExecutors,
  reading: enReading,
  settings: enSettings,
  shortcuts: enShortcuts,
  sign: enSign,
  talk: enTalk,
  work: enWork,
}
const de: typeof en = {
  ...deDownloads,
  ...deModels,
  invite: deInvite,
  encoder: deEncoder,
  executors: deExecutors,
  reading: deReading,
  settings: deSettings,
  shortcuts: deShortcuts,
  sign: deSign,
  talk: deTalk,
  work: deWork,
}

const catalogues = new Map([
  ['en', en],
  ['de', de],
])

/** As the page speaks now. */
export function laterTexts(): typeof en {
  return catalogues.get(texts.language) ?? en
}
