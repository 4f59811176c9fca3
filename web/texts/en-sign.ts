// What a room says of itself to somebody who has opened its link.
import { numbersIn } from './numbers.ts'

const { bytes } = numbersIn('en')

export const enSign = {
  runs: (model: string, devices: number) =>
    devices === 1
      ? `It runs ${model} on one device so far. Join, and this one carries a share of it.`
      : `It runs ${model} on ${devices} devices. Join, and this one carries a share of it, too.`,
  noModel: 'It has no model yet. Join, and this device will carry a share of the one that is chosen.',
  about: (shareBytes: number) => `about ${bytes(shareBytes)}`,
  once: (model: string, sizeBytes: number) => `downloaded once, its share of ${model} (${bytes(sizeBytes)} in all)`,
}
