// The benchmark's report for people.
import { qualityBar } from '../quality-figures.ts'
import type { ComputeReport } from './compute.ts'

export function formatCompute({ ours, peers, ratios, ...report }: ComputeReport): string {
  const row = (
    name: string,
    speed: { tokensPerSecond: number; min: number; max: number } | null,
    over: number | null,
  ) =>
    `| ${name} | ${speed ? `${figure(speed.tokensPerSecond)} (${figure(speed.min)}–${figure(speed.max)})` : '–'} | ${over === null ? '–' : `${over.toFixed(2)} x`} |`
  const { readBytesPerSecond, threads, phase, behind, weights, model, runs, quality, gpuStep, notes } = report
  const percent = (share: number) => `${(100 * share).toFixed(1)}%`
  const named = (name: keyof typeof peers) =>
    row(`${name} ${peers[name]?.version ?? ''}`.trim(), peers[name], ratios[name])
  return [
    `${model}, ${weights}, ${threads} thread(s), ${phase}${phase === 'decode' ? ` behind ${behind} tokens` : ''}: tokens a second, median of ${runs} runs (range), and ours over theirs`,
    '| engine | tokens/s | ours is |',
    '|---|---|---|',
    row('ours', ours, null),
    ...(ours.oneThread ? [row('ours, one thread', ours.oneThread, ratios.oneThread)] : []),
    named('wllama'),
    named('llama.cpp'),
    named('onnxruntime-web'),
    `${ratios.memory === null ? '' : `Ours reads its weights at ${percent(ratios.memory)} of what this machine reads (${(readBytesPerSecond / 1e9).toFixed(1)} GB/s); `}${percent(ours.javaScriptShare)} of a step is JavaScript; ${(ours.otherBytes / 1e6).toFixed(1)} MB beyond weights and KV cache.`,
    ...(quality
      ? [
          `Quality over ${quality.tokens} forced tokens: next token agrees ${percent(quality.agreement)} (at least ${percent(qualityBar.agreement)}), mean error of the five best ${quality.meanTopError.toFixed(3)} (at most ${qualityBar.meanTopError}), largest lead flipped ${quality.largestFlippedLead.toFixed(2)} (at most ${qualityBar.largestFlippedLead}).`,
        ]
      : []),
    ...(gpuStep
      ? [
          `A decode step on WebGPU: ${gpuStep.dispatches} dispatches in ${gpuStep.submits} submits, ${gpuStep.readbacks} readbacks; ${gpuStep.uploadedBytes} bytes up, ${gpuStep.readBytes} bytes back.`,
        ]
      : []),
    ...Object.entries(notes).map(([name, note]) => `${name}: ${note}`),
  ].join('\n')
}

function figure(value: number): string {
  return value.toPrecision(3)
}
