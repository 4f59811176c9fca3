// How far a GGUF header reaches, by its lengths alone: a walk over all 100,000 strings of a tokenizer takes a few milliseconds, parsing
// them takes hundreds, and a header is read piece by piece because nothing in it says how long it is. Format: ggml's docs/gguf.md.

const STRING = 8
const ARRAY = 9
/** Of the value types 0 to 12; strings and arrays have lengths of their own. */
const VALUE_BYTES = [1, 1, 2, 2, 4, 4, 4, 1, 0, 0, 8, 8, 8]

/**
 * The header's end where it lies in `held`, the file's first bytes; otherwise a number above `held.length`, which the header reaches at
 * least. Where it makes no sense the walk ends: what is wrong is the parser's to say.
 */
export function ggufReach(held: Uint8Array): number {
  const view = new DataView(held.buffer, held.byteOffset, held.byteLength)
  let at = 4
  try {
    walk()
    return at
  } catch (error) {
    if (error instanceof RangeError) return Math.max(at, held.length + 1)
    throw error
  }

  function walk(): void {
    const littleEndian = (view.getUint32(at, true) & 0xffff) !== 0
    const u32 = () => {
      at += 4
      return view.getUint32(at - 4, littleEndian)
    }
    const version = u32()
    const size = () => {
      if (version === 1) return u32()
      at += 8
      return Number(view.getBigUint64(at - 8, littleEndian))
    }
    const skipString = () => {
      const byteLength = size()
      at += byteLength
    }
    /** False for a type that there is not. */
    const skipValues = (type: number, count: number): boolean => {
      const valueBytes = VALUE_BYTES[type]
      if (valueBytes === undefined || type === ARRAY) return false
      if (type !== STRING) at += valueBytes * count
      else for (let index = 0; index < count; index++) skipString()
      return true
    }
    const tensorCount = size()
    const pairCount = size()
    for (let pair = 0; pair < pairCount; pair++) {
      skipString()
      const type = u32()
      if (!(type === ARRAY ? skipValues(u32(), size()) : skipValues(type, 1))) return
    }
    for (let tensor = 0; tensor < tensorCount; tensor++) {
      skipString()
      const dimensions = u32()
      at += 8 * dimensions + 4 + 8
    }
  }
}
