// The demo's report for people; an answer's text was streamed before it.
import { cosineSimilarity } from '../src/model/pooling.ts'
import type { DemoReport } from './demo-report.ts'

export function formatReport(report: DemoReport): string {
  return [
    '',
    '',
    `${report.model} (${report.family}) over ${report.tabs} tab(s), ${report.topology}, wire ${report.wire}`,
    ...table(report.plan.map((plan) => rankRow(report, plan))),
    ...(report.encodeMs ? encoderLines(report) : decoderLines(report)),
  ].join('\n')
}

function rankRow(report: DemoReport, { rank, queryHeads, ffn, vocab, ...held }: DemoReport['plan'][number]) {
  const span = ([start, end]: readonly number[]) => (start === end ? 'none' : `${start}–${end! - 1}`)
  return {
    rank,
    executor: report.executor[rank],
    weights: report.weights[rank],
    'query heads': queryHeads ? span(queryHeads) : 'by layer',
    'MLP columns': ffn ? span(ffn) : 'by layer',
    'vocabulary rows': vocab ? span(vocab) : '–',
    holds: megabytes(held.weightBytes),
    downloaded: megabytes(held.downloadedBytes),
    'peak memory': megabytes(held.peakMemoryBytes),
  }
}

function decoderLines(report: DemoReport): string[] {
  const { msPerToken, collectiveMs, bytesPerToken } = report
  return [
    `${report.tokens?.length ?? 0} tokens, ${report.stopReason}; first after ${figure(report.timeToFirstTokenMs, 'ms')}, then ${figure(report.tokensPerSecond, 'tokens/s')}`,
    `a token: p50 ${figure(msPerToken.p50, 'ms')}, p95 ${figure(msPerToken.p95, 'ms')}, p99 ${figure(msPerToken.p99, 'ms')}; a collective: p50 ${figure(collectiveMs.p50, 'ms')}, p99 ${figure(collectiveMs.p99, 'ms')}`,
    `${figure(report.roundsPerToken, 'rounds')} and ${figure(bytesPerToken === null ? null : bytesPerToken / 1000, 'kB')} a token`,
  ]
}

function encoderLines({ embeddings, candidates, encodeMs, truncatedTokens, collectiveMs, promptTokens }: DemoReport) {
  const times = (encodeMs ?? []).map((ms) => figure(ms, 'ms')).join(', ')
  const cut = (truncatedTokens ?? []).reduce((sum, count) => sum + count, 0)
  return [
    ...(candidates
      ? table(candidates.map(({ probability, ...rest }) => ({ ...rest, probability: percent(probability) })))
      : []),
    ...(embeddings ? embeddingLines(embeddings) : []),
    `${promptTokens.length} tokens${cut > 0 ? `, ${cut} more cut off` : ''}, encoded in ${times}; a collective: p50 ${figure(collectiveMs.p50, 'ms')}, p99 ${figure(collectiveMs.p99, 'ms')}`,
  ]
}

/** One vector by its first numbers, several by how alike they are. */
function embeddingLines(embeddings: readonly (readonly number[])[]): string[] {
  const [first = []] = embeddings
  if (embeddings.length === 1) {
    const shown = first.slice(0, 6).map((value) => value.toFixed(4))
    return [`a vector of ${first.length} numbers: ${shown.join(', ')}, …`]
  }
  const rows = embeddings.map((own, index) => ({
    cosine: `text ${index + 1}`,
    ...Object.fromEntries(embeddings.map((other, i) => [`text ${i + 1}`, cosineSimilarity(own, other).toFixed(3)])),
  }))
  return [`${embeddings.length} vectors of ${first.length} numbers`, ...table(rows)]
}

function table(rows: readonly Readonly<Record<string, unknown>>[]): string[] {
  const columns = Object.keys(rows[0] ?? {})
  const widths = columns.map((column) => Math.max(column.length, ...rows.map((row) => String(row[column]).length)))
  const line = (cells: readonly unknown[]) => cells.map((cell, i) => String(cell).padEnd(widths[i]!)).join('  ')
  return [line(columns), ...rows.map((row) => line(columns.map((column) => row[column])))]
}

function megabytes(bytes: number | null): string {
  return bytes === null ? '–' : `${(bytes / 1e6).toFixed(1)} MB`
}

function figure(value: number | null, unit: string): string {
  return value === null ? '–' : `${value.toFixed(1)} ${unit}`
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`
}
