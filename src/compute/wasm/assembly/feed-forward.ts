// A thread's part of a feed-forward sublayer's first stage.
import { activate } from './activate'
import { UNIT_GROUPS, multiplyUnits, quantizeBlocks, wants } from './dense'
import { FeedForward } from './structures'
import { present, ws } from './workspace'

/** Is a unit of rows one block of what the down matrix reads, so that who made it can quantize it too? */
@inline
export function quantizesItself(job: FeedForward): bool {
  return wants(job.down) != 0 && job.innerOffset == 0 && job.down.columns == (job.size + 31) & ~31
}

/** Units `from..to` of the MLP's columns: workspace.normed (T, S) -> gate, up and activation -> workspace.inner, quantized if possible. */
export function gateAndUp(job: FeedForward, tokens: i32, from: i32, to: i32): void {
  const gated = present(job.gate)
  if (gated) multiplyUnits(job.gate, ws.normed, 0, tokens, ws.first, from, to)
  multiplyUnits(job.up, ws.normed, 0, tokens, ws.second, from, to)
  const first = from * (UNIT_GROUPS << 2)
  const end = min(to * (UNIT_GROUPS << 2), job.size)
  const columns = job.down.columns
  const quantizes = quantizesItself(job)
  for (let t = 0; t < tokens; t++) {
    const up = ws.second + (<usize>(t * job.up.groups) << 4)
    const out = ws.inner + (<usize>(t * columns + job.innerOffset) << 2)
    if (gated) activate(ws.activation, ws.first + (<usize>(t * job.gate.groups) << 4), up, out, first, end)
    else activate(ws.activation, up, 0, out, first, end)
    if (!quantizes) continue
    const block = t * (columns >> 5)
    quantizeBlocks(ws.inner, block + from, block + to, ws.innerCopy, wants(job.down))
  }
}
