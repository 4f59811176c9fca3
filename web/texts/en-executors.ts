// Why a device computes on what it computes on, in words and figures.
import { numbersIn } from './numbers.ts'

const { bytes } = numbersIn('en')

export const enExecutors = {
  executor: 'Executor',
  answers: 'Answers',
  prompts: 'Prompts',
  readback: 'Result back after',
  rate: (bytesPerSecond: number) => `${bytes(bytesPerSecond)}/s`,
  none: '–',
  units: 'Weights a second; a prompt’s count once for each token.',
  onlyOne: (name: string) => `Only the ${name} is measured so far; the rest follows when the room is quiet.`,
  onlyOneEver: (name: string) => `Only the ${name} has figures here.`,
  fastestOfAll: (name: string) => `Of those measured the ${name} both reads prompts and writes answers the fastest.`,
  eachItsOwn: (of: { prefill: string; decode: string; both: string; readTokens: number; writtenTokens: number }) =>
    `To read prompts the ${of.prefill} is the faster here, to write answers the ${of.decode}. Together they would hardly be faster, so one does all: over ${of.readTokens} tokens read and ${of.writtenTokens} written the ${of.both} ends first.`,
  eachPhase: (prefill: string, decode: string) =>
    `To read prompts the ${prefill} is the faster here, to write answers the ${decode}: each does its part where this device’s memory holds its share twice.`,
  nowBoth: 'Both are at work now.',
  nowAlone: (name: string) => `Its present share is held by the ${name} alone.`,
  bothNext: 'They begin with the next share that this device loads.',
  forced: (name: string) => `This page’s address asks for the ${name}.`,
  elseAll: (name: string) => `Without that the ${name} would be used, by what is measured.`,
  elseEach: (prefill: string, decode: string) =>
    `Without that, by what is measured, the ${prefill} would read prompts and the ${decode} write answers.`,
  takesOver: 'It takes over with the next share that this device loads, where that fits.',
}
