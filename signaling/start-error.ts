/** The server cannot start for a reason a person can change; `message` says which and what to do. */
export class StartError extends Error {
  override readonly name = 'StartError'
}
