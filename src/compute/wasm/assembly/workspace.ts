// What every sublayer's code works on.
import { Workspace } from './structures'
import { joinTeam } from './threads'

export let ws: Workspace = changetype<Workspace>(0)

/**
 * Once per instance, before anything else. A thread that `sleeps` may block (not a page's main thread); before it does it looks `spins`
 * times (threads.ts).
 */
export function attach(workspace: usize, threads: i32, sleeps: bool, spins: i32): void {
  ws = changetype<Workspace>(workspace)
  joinTeam(threads, sleeps, spins)
}

/** Does the model have the part that this record describes? */
@inline
export function present<T>(record: T): bool {
  return changetype<usize>(record) != 0
}
