/** Reads `bytes` bytes from the second page on, 64 at a time in four independent sums. */
export function sum(bytes: usize): i64 {
  let a = i64x2.splat(0)
  let b = a
  let c = a
  let d = a
  const end: usize = 65536 + bytes
  for (let at: usize = 65536; at < end; at += 64) {
    a = i64x2.add(a, v128.load(at))
    b = i64x2.add(b, v128.load(at, 16))
    c = i64x2.add(c, v128.load(at, 32))
    d = i64x2.add(d, v128.load(at, 48))
  }
  const all = i64x2.add(i64x2.add(a, b), i64x2.add(c, d))
  return i64x2.extract_lane(all, 0) + i64x2.extract_lane(all, 1)
}
