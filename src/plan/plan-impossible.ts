// The refusal of a plan, as data too: a page says in its reader's language what is missing and what would do.
import { HeadroomError } from '../base/errors.ts'

/** One change after which the model fits. */
export type Remedy =
  | { kind: 'start-elsewhere'; deviceName: string }
  /** So many more devices like the named one, which gives `memoryBytes`. */
  | { kind: 'more-devices'; count: number; deviceName: string; memoryBytes: number }
  | { kind: 'shorter-context'; positions: number }
  | { kind: 'smaller-weights'; format: 'int8' | 'int4' }

/** No way to place the model on these devices; the message says how much is missing and what would fit. */
export class PlanImpossibleError extends HeadroomError {
  readonly missingBytes: number
  /** Each was tried on the same placement; none where only a smaller model would do. */
  readonly remedies: readonly Remedy[]

  constructor(message: string, missingBytes: number, remedies: readonly Remedy[]) {
    super('plan-impossible', message)
    this.missingBytes = missingBytes
    this.remedies = remedies
  }
}
