// The engine worker: executor and lanes live here, so that nothing the page does can delay a collective.
import * as Comlink from 'comlink'
import { installErrorHandler } from './engine-errors.ts'
import { createEngine } from './engine-host.ts'

installErrorHandler()
Comlink.expose(createEngine())
