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

/** Why these turns are no tree, in words that name one of them; null when they are one. */
export function treeProblem(turns: readonly Turn[]): string | null {
  const byId = new Map(turns.map((turn) => [turn.id, turn]))
  if (byId.size < turns.length) return 'two turns have the same id'
  const rooted = new Set<string>()
  for (const { id } of turns) {
    const way = new Set<string>()
    for (let at: string | null = id; at !== null && !rooted.has(at); at = byId.get(at)!.parentId) {
      if (way.has(at)) return `the turn ${at} follows itself`
      if (!byId.has(at)) return `a turn follows ${at}, which is not there`
      way.add(at)
    }
    for (const turnId of way) rooted.add(turnId)
  }
  return null
}

/** From the first turn to `leafId`; empty for null. */
export function pathTo(tree: TurnTree, leafId: string | null): Turn[] {
  const path: Turn[] = []
  for (let at = leafId === null ? undefined : tree.get(leafId); at; at = parentOf(tree, at)) path.unshift(at)
  return path
}

function parentOf(tree: TurnTree, { parentId }: Turn): Turn | undefined {
  return parentId === null ? undefined : tree.get(parentId)
}

/** The turns that stand where `turn` stands, itself among them, oldest first. */
export function versionsOf(tree: TurnTree, { parentId }: Turn): Turn[] {
  return childrenOf(tree, parentId)
}

function childrenOf(tree: TurnTree, parentId: string | null): Turn[] {
  return [...tree.values()].filter((turn) => turn.parentId === parentId)
}

/** Where one arrives from `id` by always taking the newest turn. */
export function newestLeaf(tree: TurnTree, id: string | null): string | null {
  const newest = childrenOf(tree, id).at(-1)
  return newest ? newestLeaf(tree, newest.id) : id
}

/** The turn and all that follows it. */
export function branchOf(tree: TurnTree, id: string): Turn[] {
  const turn = tree.get(id)
  return turn ? [turn, ...childrenOf(tree, id).flatMap((child) => branchOf(tree, child.id))] : []
}
