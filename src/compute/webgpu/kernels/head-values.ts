// Query and key heads as attention takes them: normed where the model norms heads (Qwen3), then turned by their position. Whoever reads a
// head norms it on the way, so that norms take no dispatch of their own.
import { WORKGROUP_SIZE } from '../kernel.ts'
import type { KernelPaths } from '../kernel-paths.ts'
import type { AttentionShape } from './attention-shape.ts'
import { lanesName, reducedWgsl } from './reduce.ts'
import { turnedWgsl } from './rotate.ts'

/**
 * WGSL of `fn takeHead(lane, head)`, which the whole workgroup calls for the head that begins at `projected[head]`, and then, for any
 * lane, `fn headValue(head, i, token) -> f32`: value i of it.
 */
export function headValuesWgsl(
  { headSize, rope, headNormEpsilon }: AttentionShape,
  kind: 'query' | 'key',
  paths: KernelPaths,
): string {
  const normed =
    headNormEpsilon === null
      ? `
    fn takeHead(lane : i32, head : i32) {}
    fn normedValue(head : i32, i : i32) -> f32 { return projected[head + i]; }`
      : `
    ${reducedWgsl('summed', paths)}
    var<private> headScale : f32;
    fn takeHead(lane : i32, head : i32) {
      var square = 0.0;
      for (var i = lane; i < ${headSize}; i += ${WORKGROUP_SIZE}) { square += projected[head + i] * projected[head + i]; }
      headScale = 1.0 / sqrt(summed(lane, square) / ${headSize}.0 + ${headNormEpsilon.toExponential()});
    }
    fn normedValue(head : i32, i : i32) -> f32 { return projected[head + i] * headScale * gains[${kind === 'query' ? 0 : headSize} + i]; }`
  return `${normed} ${turnedWgsl(rope)}`
}

/** What of it is in a kernel's name. */
export function headValuesName({ headSize, rope, headNormEpsilon }: AttentionShape, paths: KernelPaths): string {
  const turned = rope ? `${rope.layout}-${rope.rotatedSize}` : 'unturned'
  return `${turned}-${headSize}${headNormEpsilon === null ? '' : `-normed-${headNormEpsilon}${lanesName(paths)}`}`
}
