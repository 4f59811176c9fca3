// The little of ONNX's protobuf that a graph with its weights beside it needs (onnx.proto3, IR version 8).

export const ELEMENT = { float32: 1, uint8: 2, int8: 3, int32: 6, int64: 7, float16: 10 } as const
export type ElementType = keyof typeof ELEMENT

export interface Initializer {
  name: string
  type: ElementType
  dimensions: readonly number[]
  /** In the weights' file. */
  offset: number
  byteLength: number
}

export interface GraphNode {
  op: string
  domain?: 'com.microsoft'
  inputs: readonly string[]
  outputs: readonly string[]
  /** Whole numbers, or `{ float }`. */
  attributes?: Readonly<Record<string, number | { float: number }>>
}

export interface GraphValue {
  name: string
  type: ElementType
  /** A word is a dimension that every run chooses. */
  dimensions: readonly (number | string)[]
}

export interface Graph {
  nodes: readonly GraphNode[]
  initializers: readonly Initializer[]
  inputs: readonly GraphValue[]
  outputs: readonly GraphValue[]
}

/** The model file; initializers lie in `weightsFile`. */
export function encodeModel({ nodes, initializers, inputs, outputs }: Graph, weightsFile: string): Uint8Array {
  const graph = Buffer.concat([
    ...nodes.map((node) => bytes(1, encodeNode(node))),
    string(2, 'bench'),
    ...initializers.map((tensor) => bytes(5, encodeInitializer(tensor, weightsFile))),
    ...inputs.map((value) => bytes(11, encodeValue(value))),
    ...outputs.map((value) => bytes(12, encodeValue(value))),
  ])
  const opset = (domain: string, version: number) => bytes(8, Buffer.concat([string(1, domain), integer(2, version)]))
  return Buffer.concat([integer(1, 8), bytes(7, graph), opset('', 17), opset('com.microsoft', 1)])
}

function encodeNode({ op, domain = undefined, inputs, outputs, attributes = {} }: GraphNode): Buffer {
  return Buffer.concat([
    ...inputs.map((name) => string(1, name)),
    ...outputs.map((name) => string(2, name)),
    string(3, outputs[0]!),
    string(4, op),
    ...Object.entries(attributes).map(([name, value]) => bytes(5, encodeAttribute(name, value))),
    ...(domain ? [string(7, domain)] : []),
  ])
}

function encodeAttribute(name: string, value: number | { float: number }): Buffer {
  const [held, type] = typeof value === 'number' ? [integer(3, value), 2] : [float(2, value.float), 1]
  return Buffer.concat([string(1, name), held, integer(20, type)])
}

function encodeInitializer({ name, type, dimensions, offset, byteLength }: Initializer, weightsFile: string): Buffer {
  const entry = (key: string, value: string) => bytes(13, Buffer.concat([string(1, key), string(2, value)]))
  return Buffer.concat([
    ...dimensions.map((size) => integer(1, size)),
    integer(2, ELEMENT[type]),
    string(8, name),
    entry('location', weightsFile),
    entry('offset', String(offset)),
    entry('length', String(byteLength)),
    integer(14, 1),
  ])
}

function encodeValue({ name, type, dimensions }: GraphValue): Buffer {
  const shape = Buffer.concat(
    dimensions.map((size) => bytes(1, typeof size === 'number' ? integer(1, size) : string(2, size))),
  )
  const tensor = Buffer.concat([integer(1, ELEMENT[type]), bytes(2, shape)])
  return Buffer.concat([string(1, name), bytes(2, bytes(1, tensor))])
}

/** Of a whole number that is not negative. */
function varint(value: number): Buffer {
  const out: number[] = []
  let left = value
  for (; left >= 128; left = Math.floor(left / 128)) out.push((left % 128) | 128)
  return Buffer.from([...out, left])
}

function integer(field: number, value: number): Buffer {
  return Buffer.concat([varint(field * 8), varint(value)])
}

function float(field: number, value: number): Buffer {
  return Buffer.concat([varint(field * 8 + 5), Buffer.from(new Float32Array([value]).buffer)])
}

function bytes(field: number, value: Buffer): Buffer {
  return Buffer.concat([varint(field * 8 + 2), varint(value.length), value])
}

function string(field: number, value: string): Buffer {
  return bytes(field, Buffer.from(value))
}
