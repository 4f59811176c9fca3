// The demo's result as docs/COMMANDS.md has it. Everything is measured; what was not measured is null.
import type { LoadReport, Range, RoomView } from '../src/index.ts'
import type { DemoRun, PlainEncoding } from './demo-run.ts'
import { percentiles } from './percentiles.ts'

export type DemoReport = ReturnType<typeof demoReport>

export function demoReport(tabs: number, { view, result, encodings }: Omit<DemoRun, 'dump'>) {
  const { model, plan, wire } = view
  if (!model || !plan) throw new Error('The room answered without a plan.')
  const devices = plan.deviceIds.map((deviceId) => view.devices.find((device) => device.deviceId === deviceId))
  const collectiveMs = result?.timings.collectiveMs ?? encodings.flatMap(({ timings }) => timings.collectiveMs)
  return {
    model: model.modelId,
    family: model.family,
    tabs,
    templated: result?.templated ?? false,
    topology: plan.topology,
    wire,
    executor: devices.map((device) => executorWords(device?.report ?? null)),
    weights: devices.map((device) => device?.report?.weights ?? null),
    plan: devices.map((device, rank) => rankReport(plan, rank, device)),
    promptTokens: result?.promptTokens ?? encodings.flatMap(({ tokens }) => tokens),
    tokens: result?.tokens ?? null,
    stopReason: result?.stopReason ?? null,
    text: result?.text ?? null,
    ...decodeFigures(result?.timings ?? null),
    collectiveMs: percentiles(collectiveMs),
    ...encoderReport(result ? null : encodings),
  }
}

/** `webgpu+wasm`: prompts are read on the first, answers written on the second. */
function executorWords(report: LoadReport | null): string | null {
  return report && [...(report.prompts ? [report.prompts] : []), report.executor].join('+')
}

/** Null where nothing was decoded. */
function decodeFigures(timings: NonNullable<DemoRun['result']>['timings'] | null) {
  const { stepMs = [], bytes = 0, rounds = 0, timeToFirstTokenMs = null } = timings ?? {}
  const decodeMs = stepMs.reduce((sum, ms) => sum + ms, 0)
  const steps = stepMs.length
  return {
    timeToFirstTokenMs,
    tokensPerSecond: steps > 0 ? (1000 * steps) / decodeMs : null,
    msPerToken: percentiles(stepMs),
    bytesPerToken: steps > 0 ? bytes / steps : null,
    roundsPerToken: steps > 0 ? rounds / steps : null,
  }
}

/** Null for models that generate. */
function encoderReport(encodings: readonly PlainEncoding[] | null) {
  const candidates = encodings?.[0]?.candidates ?? null
  return {
    embeddings: candidates ? null : (encodings?.map(({ embedding }) => embedding) ?? null),
    candidates,
    truncatedTokens: encodings?.map(({ truncatedTokens }) => truncatedTokens) ?? null,
    encodeMs: encodings?.map(({ timings }) => timings.encodeMs) ?? null,
  }
}

function rankReport(
  plan: NonNullable<RoomView['plan']>,
  rank: number,
  device: RoomView['devices'][number] | undefined,
) {
  const holding = device?.holding ?? null
  const report = device?.report ?? null
  return {
    rank,
    kvHeads: pair(holding?.kvHeads),
    queryHeads: pair(holding?.queryHeads),
    ffn: pair(holding?.ffn),
    vocab: pair(plan.vocabulary[rank]),
    sublayers: plan.sublayers.map((sublayer) =>
      sublayer.kind === 'attention'
        ? {
            kind: sublayer.kind,
            hold: sublayer.hold,
            kvHeads: pair(sublayer.ranks[rank]?.kvHeads),
            queryHeads: pair(sublayer.ranks[rank]?.queryHeads),
          }
        : { kind: sublayer.kind, hold: sublayer.hold, ffn: pair(sublayer.ranks[rank]?.ffn) },
    ),
    weightBytes: report?.weightBytes ?? null,
    downloadedBytes: report?.downloadedBytes ?? null,
    peakMemoryBytes: report?.peakMemoryBytes ?? null,
  }
}

function pair(range: Range | null | undefined): readonly [number, number] | null {
  return range ? [range.start, range.end] : null
}
