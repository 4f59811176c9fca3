// The words of models: where they come from.
import { numbersIn } from './numbers.ts'

const { count, counted } = numbersIn('en')

export const enModels = {
  models: {
    heading: 'Model',
    check: {
      digest: 'every byte checked',
      'length-and-etag': 'only length and version could be checked',
      local: 'a file of this device',
    },
    change: 'Change the model',
    shareAnew: 'Share it anew',
    holdNothing: (devices: number) => `${counted(devices, 'device holds', 'devices hold')} no share yet.`,
    unknown: 'The server’s models are not known',
    asking: 'Asking the server what it has…',
    none: 'The server has no model yet',
    noneHelp:
      'Where it runs, its terminal says why the default model could not be fetched; npm start tries again. Or open a file here.',
    onServer: 'Models on this server',
    load: 'Load',
    loading: 'Loading…',
    embeds: (tokens: number) => `embeds texts of up to ${count(tokens)} tokens`,
    remembers: (tokens: number) => `remembers ${count(tokens)} tokens`,
    notForChat: 'made for completing text, not for chat',
  },

  hub: {
    modelFrom: (host: string) => `A model from ${host}`,
    repository: 'Repository',
    repositoryExample: 'owner/name',
    repositoryHelp: 'One GGUF of several: owner/name:Q4_K_M. One version: owner/name@revision.',
    token: 'Token, for a gated model',
    tokenHelp: (host: string) =>
      `Kept in this page’s memory alone and sent to ${host} only. The room’s other devices get a gated model’s parts from this one.`,
    whoLearns: (host: string) =>
      `When you press Load, each device of the room fetches its share from ${host}, which learns their address and the model.`,
  },

  files: {
    openFile: 'Open a GGUF file',
    openFolder: 'Open a folder',
    help: 'Or drop it anywhere on the page. It stays on this device; the others in the room get their shares from here.',
    file: 'GGUF file',
    folder: 'Folder of a model',
    occupied: 'A model is being loaded or used, so nothing was opened. Drop it again when that has ended.',
    unreadable: 'What was dropped cannot be read. Was it moved, or is it on a disk that is gone? Drop it again.',
  },
}
