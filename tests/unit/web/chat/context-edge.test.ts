import { expect, test } from 'vitest'
import { firstReadTurn, outgrownAnswers } from '../../../../web/chat/context-edge.ts'
import { emptyAnswer, type Turn, userTurn } from '../../../../web/chat/turn.ts'

const figures = { timeToFirstTokenMs: 1, tokensPerSecond: 1, tokenCount: 1, bytesPerToken: null, roundsPerToken: null }

function answer(droppedTurns: number, part: Partial<Turn> = {}): Turn {
  return { ...emptyAnswer(), content: 'answer', state: 'done', figures, droppedTurns, ...part }
}

test('the edge stands before the first question that was read for the newest answer', () => {
  const path = [userTurn('1'), answer(0), userTurn('2'), answer(0), userTurn('3'), answer(2)]
  expect(firstReadTurn(path)).toBe(path[4]!.id)
  expect(firstReadTurn(path.slice(0, 4))).toBeNull()
})

test('an answer that failed, or is being written, leaves the edge where it was', () => {
  const path = [userTurn('1'), answer(0), userTurn('2'), answer(1)]
  const failed = answer(0, { state: 'failed', figures: null })
  expect(firstReadTurn([...path, userTurn('3'), failed])).toBe(path[2]!.id)
})

test('questions are counted as the model is asked: neighbours are one, answers without a word none', () => {
  const path = [userTurn('1'), answer(0, { content: '' }), userTurn('2'), answer(0), userTurn('3'), answer(1)]
  expect(firstReadTurn(path)).toBe(path[4]!.id)
})

test('only answers that saw less than any before say so', () => {
  const path = [userTurn('1'), answer(0), userTurn('2'), answer(1), userTurn('3'), answer(1), userTurn('4'), answer(3)]
  expect([...outgrownAnswers(path)]).toEqual([path[3]!.id, path[7]!.id])
})
