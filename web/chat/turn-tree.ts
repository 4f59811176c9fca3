// A conversation's turns as a tree in insertion order, and the one path through it that people see. Pure functions.
import type { Turn } from './turn.ts'

export type TurnTree = ReadonlyMap<string, Turn>

/** In the order of their making; the first of two with one id stays. */
export function treeOf(turns: readonly Turn[]): TurnTree {
  const sorted = [...turns].sort((a, b) => a.createdAtMs - b.createdAtMs)
  const tree = new Map<string, Turn>()
  for (const turn of sorted) if (!tree.has(turn.id)) tree.set(turn.id, turn)
  return tree
}

/** Has each turn an id of its own, and does each lead back to a first one? */
export function isTree(turns: readonly Turn[]): boolean {
  return new Set(turns.map(({ id }) => id)).size === turns.length && rootedTurns(turns).length === turns.length
}

/** Those that lead back to a first turn: what followed a turn that is gone was deleted with it. */
export function rootedTurns(turns: readonly Turn[]): Turn[] {
  const children = childrenByParent(turns)
  const rooted = [...(children.get(null) ?? [])]
  for (const { id } of rooted) rooted.push(...(children.get(id) ?? []))
  return rooted
}

/** From the first turn to `leafId`; empty for null. */
export function pathTo(tree: TurnTree, leafId: string | null): Turn[] {
  const path: Turn[] = []
  for (let at = leafId === null ? undefined : tree.get(leafId); at; at = parentOf(tree, at)) path.push(at)
  return path.reverse()
}

function parentOf(tree: TurnTree, { parentId }: Turn): Turn | undefined {
  return parentId === null ? undefined : tree.get(parentId)
}

/** The turns that stand where `turn` stands, itself among them, oldest first. */
export function versionsOf(tree: TurnTree, { parentId }: Turn): readonly Turn[] {
  return childrenOf(tree, parentId)
}

/** A tree never changes: each is sorted once, however many turns it has. */
const indexes = new WeakMap<TurnTree, ReadonlyMap<string | null, readonly Turn[]>>()

function childrenOf(tree: TurnTree, parentId: string | null): readonly Turn[] {
  const children = indexes.get(tree) ?? childrenByParent([...tree.values()])
  indexes.set(tree, children)
  return children.get(parentId) ?? []
}

function childrenByParent(turns: readonly Turn[]): Map<string | null, Turn[]> {
  const children = new Map<string | null, Turn[]>()
  for (const turn of turns) {
    const siblings = children.get(turn.parentId)
    if (siblings) siblings.push(turn)
    else children.set(turn.parentId, [turn])
  }
  return children
}

/** Where one arrives from `id` by always taking the newest turn. */
export function newestLeaf(tree: TurnTree, id: string | null): string | null {
  let leaf = id
  for (let next = childrenOf(tree, leaf).at(-1); next; next = childrenOf(tree, leaf).at(-1)) leaf = next.id
  return leaf
}

/** The turn and all that follows it. */
export function branchOf(tree: TurnTree, id: string): Turn[] {
  const turn = tree.get(id)
  const branch = turn ? [turn] : []
  for (const { id: parentId } of branch) branch.push(...childrenOf(tree, parentId))
  return branch
}
