// Comlink passes an Error's name and message; callers here need its code. Both threads install this once.
import * as Comlink from 'comlink'
import { type ErrorData, fromErrorData, toErrorData } from '../base/errors.ts'

interface Thrown {
  value: unknown
}

/** Makes every rejection that crosses the worker's border arrive as a `HeadroomError` with its code. */
export function installErrorHandler(): void {
  const throwHandler = Comlink.transferHandlers.get('throw')
  if (!throwHandler) throw new Error('Comlink has no throw handler: its version changed.')
  Comlink.transferHandlers.set('throw', {
    canHandle: throwHandler.canHandle,
    serialize: (thrown: unknown) => [toErrorData((thrown as Thrown).value), []],
    deserialize: (data: unknown) => {
      throw fromErrorData(data as ErrorData)
    },
  })
}
