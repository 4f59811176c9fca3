// The words of what is kept on this device.
import { numbersIn } from './numbers.ts'

const { bytes, moment } = numbersIn('en')

export const enKept = {
  summary: (keptBytes: number) => `Models kept on this device: ${bytes(keptBytes)}`,
  used: (usedBytes: number, quotaBytes: number) =>
    `This page uses ${bytes(usedBytes)} of the ${bytes(quotaBytes)} that the browser gives it.`,
  unnamed: 'Other downloads',
  lastUsed: (atMs: number) => `last used ${moment(atMs)}`,
  remove: 'Delete',
  removeNamed: (model: string) => `Delete the downloads of ${model}`,
  removeQuestion: (keptBytes: number) => `Delete ${bytes(keptBytes)}`,
  removeAll: 'Delete all',
  removeAllQuestion: (keptBytes: number) => `Delete ${bytes(keptBytes)} from this device`,
}
