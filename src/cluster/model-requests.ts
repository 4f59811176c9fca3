// What is asked of this device's model: to be loaded, to answer, to embed. Where and over which devices it runs is the coordinator's affair.
import { HeadroomError } from '../base/errors.ts'
import type { WeightWish } from '../weights/convert.ts'
import type { MobileTensorParallelismCoordinator } from './coordinator.ts'
import type { CoordinatorOptions } from './coordinator-options.ts'
import type { EncodeRequest, Encoding } from './encoding.ts'
import type { InferenceInput, InferResult, ModelSource } from './engine-protocol.ts'
import {
  type AnswerOptions,
  asEncoderInput,
  asInput,
  type InferenceRequest,
  type InferenceResult,
} from './inference-request.ts'
import { sourceOf, type WantedModel } from './model-catalogue.ts'
import type { OwnDevice } from './own-device.ts'
import type { RankPort } from './rank-port.ts'
import { RequestDevices } from './request-devices.ts'
import { fitRoom, type RoomFit } from './room-fit.ts'
import type { AnswerPiece } from './token-record.ts'

export interface ModelRequestsOptions extends CoordinatorOptions {
  device: OwnDevice
  coordinator: MobileTensorParallelismCoordinator
  serverUrl: string
}

/** How a model is opened and held. */
export interface LoadOptions {
  /** Opens a hub's gated and private models. */
  hubToken?: string
  /** Instead of what the system was made with. */
  weights?: WeightWish
  /** A member that is to take no share; later ones take none either until a model is loaded again. */
  without?: string
}

/** Owns the workers that requests asked for. */
export class ModelRequests {
  readonly #coordinator: MobileTensorParallelismCoordinator
  readonly #options: ModelRequestsOptions
  readonly #devices: RequestDevices
  /** What the loaded model was asked for by; null for files. */
  #modelName: string | null = null
  /** The last one given; kept nowhere else, so that it ends with the page. */
  #hubToken: string | null = null

  constructor(options: ModelRequestsOptions) {
    const { device, coordinator, serverUrl, maxDevices } = options
    this.#coordinator = coordinator
    this.#options = options
    this.#devices = new RequestDevices({ device, coordinator, baseUrl: serverUrl, maxDevices })
  }

  /** Over all ranks, or those of `devices`. */
  async load(
    model: WantedModel,
    { hubToken, weights, without }: LoadOptions,
    devices: readonly string[] | null = without === undefined ? null : this.#candidates(without).map(idOf),
  ): Promise<void> {
    const source = await this.#sourceOf(model, hubToken)
    this.#modelName = typeof model === 'string' ? model : null
    await this.#coordinator.loadModel(source, devices, weights)
  }

  /** Reads the model's headers, beside whatever runs. `rttMs` has the measured round trip to a device. */
  async checkFit(
    model: WantedModel,
    { hubToken, weights = this.#options.weights, without }: LoadOptions,
    rttMs: (deviceId: string) => number | null,
  ): Promise<RoomFit> {
    const inspected = await this.#options.device.engine.inspectModel(await this.#sourceOf(model, hubToken))
    const devices = this.#candidates(without).map(({ profile }) => ({ profile, rttMs: rttMs(profile.deviceId) }))
    return fitRoom(inspected, devices, { ...this.#options, weights })
  }

  /** Loads `model` over `devices`, which are among `guests`, unless it is there already; then generates, or encodes where that is what it does. */
  async process(request: InferenceRequest, guests: readonly string[]): Promise<InferenceResult> {
    const { model, hubToken, input, devices, logits = false, ...options } = request
    const wanted = this.#devices.choose(devices, guests)
    if (!this.#isLoaded(model, wanted)) await this.load(model, hubToken === undefined ? {} : { hubToken }, wanted)
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

  #candidates(without?: string): RankPort[] {
    return this.#coordinator.candidates.filter((port) => idOf(port) !== without)
  }

  #sourceOf(model: WantedModel, hubToken: string | undefined): Promise<ModelSource> {
    this.#hubToken = hubToken ?? this.#hubToken
    return sourceOf(model, this.#options.serverUrl, this.#hubToken)
  }

  /** Is the model there, or will it be when the requests before this one have ended? */
  #isLoaded(model: string, devices: readonly string[] | null): boolean {
    const { plan, state } = this.#coordinator
    const there = ['ready', 'generating'].includes(state.kind) && this.#modelName === model
    const inAnyOrder = (ids: readonly string[]) => [...ids].sort().join()
    return there && (devices === null || inAnyOrder(devices) === inAnyOrder(plan?.deviceIds ?? []))
  }
}

function idOf({ profile }: RankPort): string {
  return profile.deviceId
}
