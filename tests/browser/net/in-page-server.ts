// A signaling server inside the test's page: real rooms and peers, and a place to be evil.
import { Emitter } from '../../../src/base/emitter.ts'
import type { RoomTransport, TransportEvents } from '../../../src/net/room-transport.ts'

export interface Delivery {
  from: string
  to: string
  seal: string
}

export class InPageServer {
  readonly recorded: Delivery[] = []
  /** What is really delivered for each message; honest by default. */
  relay: (message: Delivery) => Delivery[] = (message) => [message]
  readonly #members = new Map<string, Emitter<TransportEvents>>()
  #count = 0

  transport(): RoomTransport & { readonly memberId: string; reconnect(): void } {
    const events = new Emitter<TransportEvents>()
    let self = ''
    const enter = () => {
      self = `member${++this.#count}`
      const others = [...this.#members.keys()]
      this.#members.set(self, events)
      setTimeout(() => {
        events.emit('joined', { otherCount: others.length, iceServers: [] })
        for (const other of others) this.#members.get(other)?.emit('member-joined', undefined)
      })
    }
    return {
      events,
      get memberId() {
        return self
      },
      open: enter,
      reconnect: () => {
        this.#members.delete(self)
        enter()
      },
      send: (seal) => {
        for (const to of this.#members.keys()) if (to !== self) this.#take({ from: self, to, seal })
      },
      showSign: () => undefined,
      tryNow: async () => undefined,
      close: () => {
        this.#members.delete(self)
      },
    }
  }

  deliver({ to, seal }: Delivery): void {
    setTimeout(() => this.#members.get(to)?.emit('message', seal))
  }

  #take(message: Delivery): void {
    this.recorded.push(message)
    for (const delivery of this.relay(message)) this.deliver(delivery)
  }
}
