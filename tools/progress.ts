// Bytes and time of a long transfer, on stderr: one line that moves in a terminal, a line now and then in a log. A short one says nothing.
const megabyte = 1_000_000
const shortBytes = megabyte
const terminalEveryMs = 100
const logEveryMs = 5_000

export interface Progress {
  /** `bytes` done of `total`. */
  update(bytes: number, total: number): void
  /** Ends the line; call it also after a failure. */
  close(): void
}

export function terminalProgress(label: string, stream: NodeJS.WriteStream = process.stderr): Progress {
  const startedMs = performance.now()
  let firstBytes: number | undefined
  let shownMs = startedMs
  let isLineOpen = false
  return {
    update(bytes, total) {
      if (total < shortBytes) return
      firstBytes ??= bytes
      const now = performance.now()
      if (bytes < total && now - shownMs < (stream.isTTY ? terminalEveryMs : logEveryMs)) return
      shownMs = now
      const seconds = (now - startedMs) / 1000
      const rate = (bytes - firstBytes) / megabyte / Math.max(seconds, 0.001)
      const size = `${(bytes / megabyte).toFixed(1)} of ${(total / megabyte).toFixed(1)} MB`
      const line = `${label}: ${size}, ${seconds.toFixed(1)} s, ${rate.toFixed(1)} MB/s`
      stream.write(stream.isTTY ? `\r\x1b[K${line}` : `${line}\n`)
      isLineOpen = stream.isTTY
    },
    close() {
      if (isLineOpen) stream.write('\n')
      isLineOpen = false
    },
  }
}
