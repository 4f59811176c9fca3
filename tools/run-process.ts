// One child process, awaited.
import { type SpawnOptions, spawn } from 'node:child_process'

export interface ProcessResult {
  /** Its exit code, or the signal that ended it. */
  code: number | NodeJS.Signals | null
  /** The last 4,000 characters of its stderr, where `stdio` pipes that. */
  errorText: string
}

/** Rejects when it cannot be started (`ENOENT`) or `signal` aborts, which ends it. */
export function runProcess(
  command: string,
  args: readonly string[],
  options: Pick<SpawnOptions, 'cwd' | 'env' | 'stdio'> & { signal?: AbortSignal | undefined },
): Promise<ProcessResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, options)
    let errorText = ''
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      errorText = (errorText + text).slice(-4_000)
    })
    child.once('error', reject)
    child.once('close', (code, signal) => resolve({ code: code ?? signal, errorText }))
  })
}
