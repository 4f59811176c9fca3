import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ThinkingStream } from '../../../../web/chat/thinking.ts'

function told(pieces: readonly string[]) {
  const parts = { thought: '', answer: '' }
  const stream = new ThinkingStream({
    onThought: (piece) => {
      parts.thought += piece
    },
    onAnswer: (piece) => {
      parts.answer += piece
    },
  })
  for (const piece of pieces) stream.append(piece)
  stream.finish()
  return parts
}

describe('thinking', () => {
  it.each([
    ['<think>\nHm.\n</think>\n\nYes.', '\nHm.\n', 'Yes.'],
    ['\n<think></think>Yes.', '', 'Yes.'],
    ['<think>never ends </thin', 'never ends </thin', ''],
    ['<thing> is a tag', '', '<thing> is a tag'],
    ['Say <think> twice', '', 'Say <think> twice'],
    ['<thi', '', '<thi'],
    ['', '', ''],
  ])('of %j is told apart, however it is cut into pieces', (text, thought, answer) => {
    fc.assert(
      fc.property(fc.array(fc.nat(text.length)), (cuts) => {
        const places = [0, ...cuts.sort((a, b) => a - b), text.length]
        const pieces = places.slice(1).map((end, index) => text.slice(places[index], end))
        expect(told(pieces)).toEqual({ thought, answer })
      }),
      { seed: 7, numRuns: 50 },
    )
  })
})
