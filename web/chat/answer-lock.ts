// Which answers are being written, in whatever tab: whoever writes one holds a lock of its name, which the browser frees when the tab
// is gone. A page without secure context has no locks: there every answer that has not ended counts as cut off by a reload.

const prefix = 'headroom-answer-'

/** `write` runs as the one that writes this answer. */
export function whileWriting<Result>(turnId: string, write: () => Promise<Result>): Promise<Result> {
  const locks = locksIfAny()
  return locks ? locks.request(prefix + turnId, { mode: 'shared' }, write) : write()
}

/** Ids of the turns that some tab of this browser writes now. */
export async function answersInTheMaking(): Promise<ReadonlySet<string>> {
  const { held = [] } = (await locksIfAny()?.query()) ?? {}
  const writing = held.filter(({ mode }) => mode === 'shared')
  return new Set(writing.flatMap(({ name }) => (name?.startsWith(prefix) ? [name.slice(prefix.length)] : [])))
}

/** Resolves when no tab writes this answer, at once where the page has no locks; also when `signal` aborts. */
export async function whenUnwritten(turnId: string, signal: AbortSignal): Promise<void> {
  try {
    await locksIfAny()?.request(prefix + turnId, { mode: 'exclusive', signal }, () => undefined)
  } catch (error) {
    if (!signal.aborted) throw error
  }
}

function locksIfAny(): LockManager | null {
  return isSecureContext ? navigator.locks : null
}
