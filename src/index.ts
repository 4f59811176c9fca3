// Headroom's public door: what the page and library users import.
export { type ErrorCode, type ErrorData, HeadroomError, toErrorData } from './base/errors.ts'
export type { Range } from './base/ranges.ts'
export { MobileTensorParallelismCoordinator } from './cluster/coordinator.ts'
export type { EncoderAbilities, EncoderInput, Encoding, MaskCandidate } from './cluster/encoding.ts'
export type { InferenceInput, InferResult, LoadReport, LocalFile } from './cluster/engine-protocol.ts'
export type { DeclinedQuestion } from './cluster/guest-talk.ts'
export type {
  AnswerOptions,
  ChatAnswer,
  ChatRequest,
  InferenceRequest,
  InferenceResult,
} from './cluster/inference-request.ts'
export type { WantedModel } from './cluster/model-catalogue.ts'
export type { KeptDownloads, ModelLibrary } from './cluster/model-library.ts'
export type { LoadOptions } from './cluster/model-requests.ts'
export type { Question } from './cluster/question-queue.ts'
export type { DeviceTimes, ServedTotal, StepFigures } from './cluster/recent-steps.ts'
export type { RoomFit } from './cluster/room-fit.ts'
export { expectedShareBytes, type RoomSign } from './cluster/room-sign.ts'
export { RoomTalk } from './cluster/room-talk.ts'
export type {
  AnswerFigures,
  CatalogueModel,
  DeviceView,
  Holding,
  LoadProgress,
  ModelView,
  Presence,
  RoomView,
  SessionState,
  TalkView,
} from './cluster/session-state.ts'
export { MobileTensorParallelismSystem } from './cluster/system.ts'
export type { SystemOptions } from './cluster/system-options.ts'
export { type Asker, maxQuestionLength, type SharedTurn, type WaitingQuestion } from './cluster/talk-protocol.ts'
export type { TokenRecord } from './cluster/token-record.ts'
export { watchBattery } from './device/battery.ts'
export { MobileDeviceCapabilityAssessor } from './device/capability-assessor.ts'
export {
  chooseExecutor,
  EXPECTED_TURN,
  type ExecutorChoice,
  type MeasuredExecutor,
  measuredExecutors,
} from './device/executor-choice.ts'
export { MobileModelArchitectureParser } from './model/architecture-parser.ts'
export type { ChatMessage } from './model/chat-template.ts'
export type { ModelConfig } from './model/config.ts'
export { cosineSimilarity, type Pooling } from './model/pooling.ts'
export type { SamplingOptions } from './model/sampling.ts'
export { hasDataChannels } from './net/data-channels.ts'
export { decodeSecret, encodeSecret, parseRoomLink } from './net/room-link.ts'
export type { ServerConfig } from './net/signaling-protocol.ts'
export {
  type Battery,
  type DeviceProfile,
  EXECUTOR_WISHES,
  type ExecutorKind,
  type ExecutorPair,
  type ExecutorSpeed,
  type ExecutorWish,
  knownSpeeds,
  type PhaseFigures,
} from './plan/device-profile.ts'
export { PlanImpossibleError, type Remedy } from './plan/plan-impossible.ts'
export type { ExpectedSpeed } from './plan/plan-speed.ts'
export type { ShardPlan } from './plan/shard-plan.ts'
export { MobileAdaptiveTensorSplitter, planShards } from './plan/splitter.ts'
export type { WeightWish } from './weights/convert.ts'
export type { FoundRepository, HubListing, HubModel } from './weights/hub-search.ts'
export type { KeptModel } from './weights/kept-models.ts'
