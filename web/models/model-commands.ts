// What people ask about models: which fits, which is loaded, what becomes of its download.
import type { WantedModel, WeightWish } from '../../src/index.ts'

export type ModelCommand =
  /** Would it fit the room? Nothing is loaded. */
  | { kind: 'check-fit'; model: WantedModel; hubToken?: string }
  /** Loads what fits; of what does not the fit says why. */
  | { kind: 'load-model'; model: WantedModel; hubToken?: string; weights?: WeightWish; without?: string }
  /** The model that was asked for last, perhaps in other weights, or without a device. */
  | { kind: 'load-again'; weights?: WeightWish; without?: string }
  | { kind: 'hold-load'; held: boolean }
  | { kind: 'cancel-load' }
  /** The room goes on without the device, which stays in it. */
  | { kind: 'leave-out'; deviceId: string }
  | { kind: 'search-hub'; words: string; hubToken?: string }
  | { kind: 'open-repository'; repository: string; hubToken?: string }
  | { kind: 'close-repository' }
  /** null: downloads that nobody knows the model of. */
  | { kind: 'forget-model'; modelId: string | null }
  | { kind: 'forget-downloads' }
  /** Shows what is kept on this device. */
  | { kind: 'show-kept' }

const kinds: Readonly<Record<ModelCommand['kind'], true>> = {
  'check-fit': true,
  'load-model': true,
  'load-again': true,
  'hold-load': true,
  'cancel-load': true,
  'leave-out': true,
  'search-hub': true,
  'open-repository': true,
  'close-repository': true,
  'forget-model': true,
  'forget-downloads': true,
  'show-kept': true,
}

export function isModelCommand(command: { kind: string }): command is ModelCommand {
  return command.kind in kinds
}
