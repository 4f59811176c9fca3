// The addresses under which other devices of this network reach this machine.
import { type NetworkInterfaceInfo, networkInterfaces } from 'node:os'

export interface LanAddress {
  /** The interface, as the system calls it: `wlan0`, `en0`, `Wi-Fi`. */
  name: string
  address: string
}

/** Interfaces that a phone in the same room can hardly be on come last. */
const virtualInterface = /^(docker|br-|veth|virbr|vmnet|vEthernet|tun|tap|utun|tailscale|wg|zt)/i

/** IPv4 addresses of this machine except loopback and link-local ones, the likeliest first. */
export function lanAddresses(interfaces: Interfaces = networkInterfaces()): LanAddress[] {
  const found = Object.entries(interfaces).flatMap(([name, addresses = []]) =>
    addresses
      .filter(({ family, internal, address }) => family === 'IPv4' && !internal && !address.startsWith('169.254.'))
      .map(({ address }) => ({ name, address })),
  )
  return found.sort((a, b) => Number(virtualInterface.test(a.name)) - Number(virtualInterface.test(b.name)))
}

/** Is it 127.x.x.x, ::1, or either written as the other family? */
export function isLoopback(address: string | undefined): boolean {
  return address !== undefined && /^(::1|(::ffff:)?127\.\d+\.\d+\.\d+|localhost)$/i.test(address)
}

type Interfaces = Record<string, NetworkInterfaceInfo[] | undefined>
