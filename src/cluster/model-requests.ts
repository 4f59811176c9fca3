// What is asked of this device's model: to be loaded, to answer, to embed. Where and over which devices it runs is the coordinator's affair.
import { HeadroomError } from '../base/errors.ts'
import type { MobileTensorParallelismCoordinator } from './coordinator.ts'
import type { EncodeRequest, Encoding } from './encoding.ts'
import type { InferenceInput, InferResult } from './engine-protocol.ts'
import {
  type AnswerOptions,
  asEncoderInput,
  asInput,
  type InferenceRequest,
  type InferenceResult,
} from './inference-request.ts'
import { sourceOf, type WantedModel } from './model-catalogue.ts'
import type { OwnDevice } from './own-device.ts'
import { RequestDevices } from './request-devices.ts'
import type { AnswerPiece } from './token-record.ts'

export interface ModelRequestsOptions {
  device: OwnDevice
  coordinator: MobileTensorParallelismCoordinator
  serverUrl: string
  /** Ranks of one plan at most. */
  maxDevices: number
}

/** Owns the workers that requests asked for. */
export class ModelRequests {
  readonly #coordinator: MobileTensorParallelismCoordinator
  readonly #serverUrl: string
  readonly #devices: RequestDevices
  /** What the loaded model was asked for by; null for files. */
  #modelName: string | null = null
  /** The last one given; kept nowhere else, so that it ends with the page. */
  #hubToken: string | null = null

  constructor({ device, coordinator, serverUrl, maxDevices }: ModelRequestsOptions) {
    this.#coordinator = coordinator
    this.#serverUrl = serverUrl
    this.#devices = new RequestDevices({ device, coordinator, baseUrl: serverUrl, maxDevices })
  }

  /** Over all ranks, or those of `devices`. */
  async load(
    model: WantedModel,
    hubToken: string | undefined,
    devices: readonly string[] | null = null,
  ): Promise<void> {
    this.#hubToken = hubToken ?? this.#hubToken
    const source = await sourceOf(model, this.#serverUrl, this.#hubToken)
    this.#modelName = typeof model === 'string' ? model : null
    await this.#coordinator.loadModel(source, devices)
  }

  /** Loads `model` over `devices`, which are among `guests`, unless it is there already; then generates, or encodes where that is what it does. */
  async process(request: InferenceRequest, guests: readonly string[]): Promise<InferenceResult> {
    const { model, hubToken, input, devices, logits = false, ...options } = request
    const wanted = this.#devices.choose(devices, guests)
    if (!this.#isLoaded(model, wanted)) await this.load(model, hubToken, wanted)
    if (!this.#coordinator.model?.encoder)
      return { kind: 'generated', ...(await this.infer(asInput(input), options, logits)) }
    const wish = { inputs: [asEncoderInput(input)], maskCandidates: 0, hidden: true, logits }
    const [encoding] = await this.encode(wish, options.signal)
    if (encoding) return { kind: 'encoded', text: null, ...encoding }
    throw new HeadroomError('internal', 'A text was not encoded.')
  }

  infer(input: InferenceInput, options: AnswerOptions, dump = false): Promise<InferResult> {
    const { maxTokens = 1024, ignoreEos = false, sampling = {}, continues = false } = options
    const { onText, onTokens, signal } = options
    const onPiece = ({ text, tokens }: AnswerPiece) => {
      if (text !== '') onText?.(text)
      onTokens?.(tokens)
    }
    return this.#coordinator.infer({ input, maxTokens, ignoreEos, sampling, continues, dump }, onPiece, signal)
  }

  encode(request: EncodeRequest, signal?: AbortSignal): Promise<Encoding[]> {
    return this.#coordinator.encode(request, signal)
  }

  close(): void {
    this.#devices.close()
  }

  /** Is the model there, or will it be when the requests before this one have ended? */
  #isLoaded(model: string, devices: readonly string[] | null): boolean {
    const { plan, state } = this.#coordinator
    const there = ['ready', 'generating'].includes(state.kind) && this.#modelName === model
    const inAnyOrder = (ids: readonly string[]) => [...ids].sort().join()
    return there && (devices === null || inAnyOrder(devices) === inAnyOrder(plan?.deviceIds ?? []))
  }
}
