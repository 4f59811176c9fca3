import type { ReactiveController, ReactiveControllerHost } from 'lit'
import { type Battery, watchBattery } from '../src/index.ts'

/** This device's battery while a component is on the page; null where the browser does not tell. */
export class BatteryLevel implements ReactiveController {
  battery: Battery | null = null
  readonly #host: ReactiveControllerHost
  #unwatch: (() => void) | null = null

  constructor(host: ReactiveControllerHost) {
    this.#host = host
    host.addController(this)
  }

  hostConnected(): void {
    this.#unwatch = watchBattery((battery) => {
      this.battery = battery
      this.#host.requestUpdate()
    })
  }

  hostDisconnected(): void {
    this.#unwatch?.()
  }
}
