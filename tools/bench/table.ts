// The benchmark's report for people.
import type { ComputeReport } from './compute.ts'

export function formatCompute({ ours, peers, ratios, ...report }: ComputeReport): string {
  const row = (
    name: string,
    speed: { tokensPerSecond: number; min: number; max: number } | null,
    over: number | null,
  ) =>
    `| ${name} | ${speed ? `${figure(speed.tokensPerSecond)} (${figure(speed.min)}–${figure(speed.max)})` : '–'} | ${over === null ? '–' : `${over.toFixed(2)} x`} |`
  const { readBytesPerSecond, threads, phase, weights, model, runs, notes } = report
  const percent = (share: number) => `${(100 * share).toFixed(1)}%`
  const named = (name: keyof typeof peers) =>
    row(`${name} ${peers[name]?.version ?? ''}`.trim(), peers[name], ratios[name])
  return [
    `${model}, ${weights}, ${threads} thread(s), ${phase}: tokens a second, median of ${runs} runs (range), and ours over theirs`,
    '| engine | tokens/s | ours is |',
    '|---|---|---|',
    row('ours', ours, null),
    named('wllama'),
    named('llama.cpp'),
    named('onnxruntime-web'),
    `${ratios.memory === null ? '' : `Ours reads its weights at ${percent(ratios.memory)} of what this machine reads (${(readBytesPerSecond / 1e9).toFixed(1)} GB/s); `}${percent(ours.javaScriptShare)} of a step is JavaScript; ${(ours.otherBytes / 1e6).toFixed(1)} MB beyond weights and KV cache.`,
    ...Object.entries(notes).map(([name, note]) => `${name}: ${note}`),
  ].join('\n')
}

function figure(value: number): string {
  return value.toPrecision(3)
}
