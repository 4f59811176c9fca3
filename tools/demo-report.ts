// The demo's result as docs/COMMANDS.md has it. Everything is measured; what was not measured is null.
import type { Range, RoomView } from '../src/index.ts'
import type { DemoRun } from './demo-run.ts'
import { percentiles } from './percentiles.ts'

export type DemoReport = ReturnType<typeof demoReport>

export function demoReport(tabs: number, { view, result }: Omit<DemoRun, 'dump'>) {
  const { model, plan, wire } = view
  if (!model || !plan) throw new Error('The room answered without a plan.')
  const { stepMs, collectiveMs, bytes, rounds, timeToFirstTokenMs } = result.timings
  const decodeMs = stepMs.reduce((sum, ms) => sum + ms, 0)
  const steps = stepMs.length
  const devices = plan.deviceIds.map((deviceId) => view.devices.find((device) => device.deviceId === deviceId))
  return {
    model: model.modelId,
    family: model.family,
    tabs,
    templated: result.templated,
    topology: plan.topology,
    wire,
    executor: devices.map((device) => device?.report?.executor ?? null),
    weights: devices.map((device) => device?.report?.weights ?? null),
    plan: devices.map((device, rank) => rankReport(plan, rank, device)),
    promptTokens: result.promptTokens,
    tokens: result.tokens,
    stopReason: result.stopReason,
    text: result.text,
    timeToFirstTokenMs,
    tokensPerSecond: steps > 0 ? (1000 * steps) / decodeMs : null,
    msPerToken: percentiles(stepMs),
    collectiveMs: percentiles(collectiveMs),
    bytesPerToken: steps > 0 ? bytes / steps : null,
    roundsPerToken: steps > 0 ? rounds / steps : null,
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

/** The report as a table for people; the answer itself was streamed before it. */
export function formatReport(report: DemoReport): string {
  const megabytes = (bytes: number | null) => (bytes === null ? '–' : `${(bytes / 1e6).toFixed(1)} MB`)
  const figure = (value: number | null, unit: string) => (value === null ? '–' : `${value.toFixed(1)} ${unit}`)
  const heads = ([start, end]: readonly number[]) => (start === end ? 'none' : `${start}–${end! - 1}`)
  const rows = report.plan.map(({ rank, queryHeads, ffn, vocab, weightBytes, downloadedBytes, peakMemoryBytes }) => ({
    rank,
    executor: report.executor[rank],
    weights: report.weights[rank],
    'query heads': queryHeads ? heads(queryHeads) : 'by layer',
    'MLP columns': ffn ? heads(ffn) : 'by layer',
    'vocabulary rows': vocab ? heads(vocab) : '–',
    holds: megabytes(weightBytes),
    downloaded: megabytes(downloadedBytes),
    'peak memory': megabytes(peakMemoryBytes),
  }))
  const columns = Object.keys(rows[0] ?? {}) as (keyof (typeof rows)[number])[]
  const widths = columns.map((column) => Math.max(column.length, ...rows.map((row) => String(row[column]).length)))
  const line = (cells: readonly unknown[]) => cells.map((cell, i) => String(cell).padEnd(widths[i]!)).join('  ')
  const { msPerToken, collectiveMs } = report
  return [
    '',
    '',
    `${report.model} (${report.family}) over ${report.tabs} tab(s), ${report.topology}, wire ${report.wire}`,
    line(columns),
    ...rows.map((row) => line(columns.map((column) => row[column]))),
    `${report.tokens.length} tokens, ${report.stopReason}; first after ${figure(report.timeToFirstTokenMs, 'ms')}, then ${figure(report.tokensPerSecond, 'tokens/s')}`,
    `a token: p50 ${figure(msPerToken.p50, 'ms')}, p95 ${figure(msPerToken.p95, 'ms')}, p99 ${figure(msPerToken.p99, 'ms')}; a collective: p50 ${figure(collectiveMs.p50, 'ms')}, p99 ${figure(collectiveMs.p99, 'ms')}`,
    `${figure(report.roundsPerToken, 'rounds')} and ${figure(report.bytesPerToken === null ? null : report.bytesPerToken / 1000, 'kB')} a token`,
  ].join('\n')
}

function pair(range: Range | null | undefined): readonly [number, number] | null {
  return range ? [range.start, range.end] : null
}
