// How every measuring command ends: what it found for people or as the one JSON object of docs/COMMANDS.md, or why it could not.
import { toErrorData } from '../src/base/errors.ts'

/** A failure, and a result that did not pass, make the process exit with 1. */
export async function printResult<Result extends object>(
  asJson: boolean,
  work: () => Promise<Result>,
  format: (result: Result) => string,
): Promise<void> {
  try {
    const result = await work()
    console.log(asJson ? JSON.stringify(result) : format(result))
    if ('passed' in result && result.passed === false) process.exitCode = 1
  } catch (error) {
    const data = toErrorData(error)
    if (asJson) console.log(JSON.stringify({ error: data }))
    else console.error(data.message)
    process.exitCode = 1
  }
}
