/** Elements of `elementBytes` bytes, `[rows, columns]` in `bytes`, as `[columns, rows]`. */
export function transpose(bytes: Uint8Array, elementBytes: number, rows: number, columns: number): Uint8Array {
  const out = new Uint8Array(bytes.length)
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const from = (row * columns + column) * elementBytes
      const to = (column * rows + row) * elementBytes
      for (let i = 0; i < elementBytes; i++) out[to + i] = bytes[from + i]!
    }
  }
  return out
}
