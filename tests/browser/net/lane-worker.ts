// An engine worker's place in lane tests: echoes messages, or measures the round trip to the worker that does.
import { createLane, type FrameLane } from '../../../src/net/frame-lane.ts'
import { type LaneEndpoint, openLanePort } from '../../../src/net/lane-endpoint.ts'

export type LaneWorkerRequest =
  | { kind: 'echo'; endpoint: LaneEndpoint; roundCount: number }
  | { kind: 'measure'; endpoint: LaneEndpoint; roundCount: number; sizes: number[] }

/** Median milliseconds for each size; or the lane's error code. */
export type LaneWorkerReply = { mediansMs: number[] } | { failed: string }

addEventListener('message', async ({ data }: MessageEvent<LaneWorkerRequest>) => {
  const lane = createLane(openLanePort(data.endpoint), { peerId: data.kind })
  try {
    if (data.kind === 'echo') await echo(lane, data.roundCount)
    else reply({ mediansMs: await measure(lane, data.roundCount, data.sizes) })
  } catch (error) {
    reply({ failed: (error as { code?: string }).code ?? String(error) })
  }
})

function reply(message: LaneWorkerReply): void {
  postMessage(message)
}

async function echo(lane: FrameLane, roundCount: number): Promise<void> {
  for (let step = 0; step < roundCount; step++) {
    await lane.send({ epoch: 0, step, slot: 2 }, await lane.receive({ epoch: 0, step, slot: 1 }))
  }
  await lane.receive({ epoch: 0, step: roundCount, slot: 1 })
}

async function measure(lane: FrameLane, roundCount: number, sizes: number[]): Promise<number[]> {
  const medians: number[] = []
  let step = 0
  for (const size of sizes) {
    const payload = Uint8Array.from({ length: size }, (_, index) => index * 31)
    const durations: number[] = []
    for (let round = 0; round < roundCount; round++, step++) {
      const start = performance.now()
      await lane.send({ epoch: 0, step, slot: 1 }, payload)
      const echoed = await lane.receive({ epoch: 0, step, slot: 2 })
      durations.push(performance.now() - start)
      if (echoed.length !== size || echoed.some((byte, index) => byte !== payload[index]))
        throw new Error('wrong bytes')
    }
    medians.push(durations.sort((a, b) => a - b)[roundCount >> 1]!)
  }
  return medians
}
