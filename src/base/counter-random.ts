// Random words by counter instead of by stream: any device knows word n without the ones before. Hash: pcg3d (Jarzynski and Olano 2020,
// "Hash Functions for GPU Rendering"); exact in integers everywhere.

/** Three words of 32 bits for each (a, b, c); writes them to `out[at..at + 3]`. */
export function randomWords(a: number, b: number, c: number, out: Uint32Array, at: number): void {
  let x = (Math.imul(a, 1664525) + 1013904223) | 0
  let y = (Math.imul(b, 1664525) + 1013904223) | 0
  let z = (Math.imul(c, 1664525) + 1013904223) | 0
  x = (x + Math.imul(y, z)) | 0
  y = (y + Math.imul(z, x)) | 0
  z = (z + Math.imul(x, y)) | 0
  x ^= x >>> 16
  y ^= y >>> 16
  z ^= z >>> 16
  x = (x + Math.imul(y, z)) | 0
  y = (y + Math.imul(z, x)) | 0
  out[at] = x
  out[at + 1] = y
  out[at + 2] = z + Math.imul(x, y)
}
