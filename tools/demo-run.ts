// Loads the model over an open room and runs one request on the leader's page. HF_TOKEN opens a hub's gated models.
import type { Encoding, InferResult, RoomView } from '../src/index.ts'
import { type BrowserRoom, call } from './browser-room.ts'
import type { DemoOptions } from './demo-options.ts'
import { type DumpedRows, dumpTensors } from './dump-tensors.ts'
import type { TensorToWrite } from './write-safetensors.ts'

/** As plain data; large arrays are in the dump. */
export type PlainEncoding = Omit<Encoding, 'embedding' | 'hidden' | 'logits'> & { embedding: readonly number[] }

export interface DemoRun {
  view: RoomView
  /** Of a model that generates; null of one that embeds. */
  result: Omit<InferResult, 'dump'> | null
  /** One a text, of a model that embeds. */
  encodings: readonly PlainEncoding[]
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
  const { view, result, encodings, rows } = await call(() =>
    leader.evaluate(async ({ input: given, ...asked }) => {
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
      const plain = ({ hidden: _, logits: __, ...encoding }: Encoding) => ({
        ...encoding,
        embedding: [...encoding.embedding],
      })
      const encoded = (texts: readonly Encoding[]) => ({
        view: system.view,
        result: null,
        encodings: texts.map(plain),
        rows: null as DumpedRows | null,
      })
      if ('embed' in given) return encoded(await system.embed(given.embed))
      if ('fillMask' in given) return encoded([await system.fillMask(given.fillMask)])
      const answered = await system.processInference({ ...asked, input: given, onText: onPiece })
      if (answered.kind === 'encoded') {
        const { text: _, kind: __, ...encoding } = answered
        const { tokens, attentionMask, hidden, logits } = encoding
        const dumped = { tokens, attentionMask, hidden: base64(hidden!), logits: logits && base64(logits) }
        return { ...encoded([encoding]), rows: asked.logits ? dumped : null }
      }
      const { dump: states, ...rest } = answered
      const { promptTokens: tokens } = rest
      return {
        view: system.view,
        result: rest,
        encodings: [],
        rows: states && {
          tokens,
          attentionMask: null,
          hidden: base64(states.hidden),
          logits: base64(states.logits),
        },
      }
    }, request),
  )
  return { view, result, encodings, dump: rows && dumpTensors(rows) }
}
