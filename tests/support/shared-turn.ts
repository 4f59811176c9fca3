import type { SharedTurn } from '../../src/cluster/talk-protocol.ts'

/** A turn of a conversation as guests read it. */
export function sharedTurn(id: string, content: string, part: Partial<SharedTurn> = {}): SharedTurn {
  return { id, role: 'assistant', state: 'done', askedBy: null, content, ...part }
}
