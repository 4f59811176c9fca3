// Loads the model over an open room and runs one request on the leader's page. HF_TOKEN opens a hub's gated models.
import type { InferResult, RoomView } from '../src/index.ts'
import { type BrowserRoom, call } from './browser-room.ts'
import type { DemoOptions } from './demo-options.ts'
import type { TensorToWrite } from './write-safetensors.ts'

export interface DemoRun {
  view: RoomView
  result: Omit<InferResult, 'dump'>
  /** Ready to write; null unless asked for. */
  dump: Record<string, TensorToWrite> | null
}

export async function runInRoom(
  { pages, modelId }: BrowserRoom,
  options: Pick<DemoOptions, 'input' | 'maxTokens' | 'ignoreEos' | 'temperature' | 'seed' | 'dump'>,
  onText: (text: string) => void,
): Promise<DemoRun> {
  const [leader] = pages
  if (!leader) throw new Error('A room has at least its leader.')
  const load = { id: modelId, token: process.env.HF_TOKEN }
  await call(() =>
    leader.evaluate(({ id, token }) => globalThis.headroom!.loadModel(id, token ? { hubToken: token } : {}), load),
  )
  await leader.exposeFunction('headroomText', onText)
  const { input, maxTokens, ignoreEos, temperature, seed, dump } = options
  const request = {
    model: modelId,
    input,
    maxTokens,
    ignoreEos,
    sampling: { temperature, seed },
    logits: dump !== undefined,
  }
  const { view, result, encoded } = await call(() =>
    leader.evaluate(async (asked) => {
      const base64 = (values: Float32Array) => {
        const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength)
        let text = ''
        for (let at = 0; at < bytes.length; at += 0x8000)
          text += String.fromCharCode(...bytes.subarray(at, at + 0x8000))
        return btoa(text)
      }
      const system = globalThis.headroom!
      const onPiece = (text: string) =>
        (globalThis as unknown as { headroomText(text: string): void }).headroomText(text)
      const { dump: dumped, ...rest } = await system.processInference({ ...asked, onText: onPiece })
      return {
        view: system.view,
        result: rest,
        encoded: dumped && { hidden: base64(dumped.hidden), logits: base64(dumped.logits) },
      }
    }, request),
  )
  return { view, result, dump: encoded && tensorsOf(encoded, result.promptTokens) }
}

function tensorsOf(
  encoded: { hidden: string; logits: string },
  tokens: readonly number[],
): Record<string, TensorToWrite> {
  const rows = tokens.length
  const matrix = (text: string): TensorToWrite => {
    const bytes = Buffer.from(text, 'base64')
    return { dtype: 'F32', shape: [rows, bytes.length / 4 / rows], bytes }
  }
  const ids = new Uint8Array(Int32Array.from(tokens).buffer)
  return {
    hidden: matrix(encoded.hidden),
    logits: matrix(encoded.logits),
    input_ids: { dtype: 'I32', shape: [rows], bytes: ids },
  }
}
