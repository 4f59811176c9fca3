// Safetensors: 8 bytes of header length, JSON, data. https://github.com/huggingface/safetensors#format
import * as v from 'valibot'
import { ModelFormatError } from '../base/errors.ts'
import { range } from '../base/ranges.ts'
import { type ByteSource, readBytes } from './byte-source.ts'
import { checkedTensors, declaredBytes, type HeaderTensor, type ModelHeader } from './model-header.ts'

/** The format's own limit. */
const MAX_HEADER_BYTES = 100_000_000

const wholeNumber = v.pipe(v.number(), v.safeInteger(), v.minValue(0))

const headerSchema = v.objectWithRest(
  { __metadata__: v.optional(v.record(v.string(), v.string())) },
  v.object({
    dtype: v.string(),
    shape: v.pipe(v.array(wholeNumber), v.maxLength(8)),
    data_offsets: v.tuple([wholeNumber, wholeNumber]),
  }),
)

const indexSchema = v.looseObject({ weight_map: v.record(v.string(), v.string()) })

/** Throws `ModelFormatError` for anything but a whole, consistent file. */
export async function readSafetensorsHeader(source: ByteSource, signal?: AbortSignal): Promise<ModelHeader> {
  const { name, size } = source
  if (size < 8) throw damaged(name, `it has ${size} bytes, fewer than the 8 that say the header's length`)
  const lengthBytes = await readBytes(source, range(0, 8), signal)
  const headerLength = Number(new DataView(lengthBytes.buffer, lengthBytes.byteOffset).getBigUint64(0, true))
  if (headerLength > Math.min(MAX_HEADER_BYTES, size - 8)) {
    throw damaged(name, `its header claims ${headerLength} bytes of the file's ${size}`)
  }
  const text = new TextDecoder().decode(await readBytes(source, range(8, 8 + headerLength), signal))
  const { __metadata__, ...entries } = parseJson(headerSchema, text, name)
  const tensors = Object.entries(entries).map(
    ([
      tensorName,
      {
        dtype,
        shape,
        data_offsets: [start, end],
      },
    ]): HeaderTensor => {
      const byteLength = declaredBytes(name, tensorName, dtype, shape)
      if (byteLength !== null && end - start !== byteLength) {
        throw damaged(
          name,
          `${tensorName} has ${end - start} bytes where ${dtype} [${shape.join(', ')}] needs ${byteLength}`,
        )
      }
      return { name: tensorName, type: dtype, shape, offset: 8 + headerLength + start, byteLength }
    },
  )
  return { metadata: __metadata__ ?? {}, tensors: checkedTensors(name, size, tensors) }
}

/** The files that a `model.safetensors.index.json` names, each once, sorted. */
export function shardFiles(indexText: string, name = 'model.safetensors.index.json'): string[] {
  return [...new Set(Object.values(parseJson(indexSchema, indexText, name).weight_map))].sort()
}

function parseJson<const Schema extends v.GenericSchema>(
  schema: Schema,
  text: string,
  name: string,
): v.InferOutput<Schema> {
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch (error) {
    throw damaged(name, `its header is no JSON (${error instanceof Error ? error.message : error})`)
  }
  const result = v.safeParse(schema, json)
  if (result.success) return result.output
  const [issue] = result.issues
  throw damaged(name, `"${v.getDotPath(issue) ?? 'the header'}" in it: ${issue.message}`)
}

function damaged(name: string, how: string): ModelFormatError {
  return new ModelFormatError(
    `${name} cannot be read as safetensors: ${how}. The file is cut short or damaged; fetch it again.`,
  )
}
