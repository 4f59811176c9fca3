import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { emptyAnswer, requestMessages, type Turn, userTurn } from '../../../../web/chat/turn.ts'
import {
  branchOf,
  isTree,
  newestLeaf,
  pathTo,
  rootedTurns,
  treeOf,
  versionsOf,
} from '../../../../web/chat/turn-tree.ts'

const question = userTurn('A')
const [first, second] = [
  { ...emptyAnswer(question.id), content: 'a1' },
  { ...emptyAnswer(question.id), content: 'a2' },
]
const followUp = userTurn('B', first.id)
const turns = [question, first, second, followUp]
const tree = treeOf(turns)
const contents = (some: readonly Turn[]) => some.map(({ content }) => content)

describe('a tree of turns', () => {
  it('shows one path and knows what stands beside each turn', () => {
    expect(contents(pathTo(tree, followUp.id))).toEqual(['A', 'a1', 'B'])
    expect(contents(pathTo(tree, second.id))).toEqual(['A', 'a2'])
    expect(contents(versionsOf(tree, first))).toEqual(['a1', 'a2'])
    expect(pathTo(tree, null)).toEqual([])
  })

  it('goes to the newest end of a branch', () => {
    expect(newestLeaf(tree, first.id)).toBe(followUp.id)
    expect(newestLeaf(tree, null)).toBe(second.id)
    expect(newestLeaf(treeOf([]), null)).toBeNull()
  })

  it('deletes a turn with all that follows, and nothing else', () => {
    expect(contents(branchOf(tree, first.id))).toEqual(['a1', 'B'])
  })

  it('keeps the order of making, in whatever order the turns are read', () => {
    fc.assert(
      fc.property(fc.shuffledSubarray(turns, { minLength: turns.length }), (shuffled) => {
        expect([...treeOf(shuffled).keys()]).toEqual(turns.map(({ id }) => id))
      }),
      { seed: 6 },
    )
  })
})

describe('turns that are no tree', () => {
  it.each([
    ['two have the same id', [question, question]],
    ['one follows what is not there', [{ ...followUp, parentId: 'gone' }]],
    ['one follows itself', [{ ...question, parentId: question.id }]],
    ['two follow each other', [{ ...question, parentId: first.id }, first]],
  ])('are told apart: %s', (_, bad) => {
    expect(isTree(bad)).toBe(false)
  })

  it('are told from trees of any order', () => {
    expect(isTree([...turns].reverse())).toBe(true)
    expect(isTree([])).toBe(true)
  })

  it('lose what followed a turn that is gone', () => {
    const left = turns.filter(({ id }) => id !== question.id)
    expect(
      rootedTurns(left).some(({ id }) => branchOf(treeOf(turns), question.id).some((turn) => turn.id === id)),
    ).toBe(false)
    expect(rootedTurns(turns)).toHaveLength(turns.length)
  })
})

it('asks the model with alternating roles and without empty answers', () => {
  const path = [
    userTurn('A'),
    { ...emptyAnswer(), state: 'failed' as const },
    userTurn('B'),
    { ...emptyAnswer(), content: 'b' },
  ]
  expect(requestMessages(path)).toEqual([
    { role: 'user', content: 'A\n\nB' },
    { role: 'assistant', content: 'b' },
  ])
})
