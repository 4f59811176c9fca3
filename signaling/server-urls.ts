// The addresses of a running server.
import type { ServerConfig } from '../src/net/signaling-protocol.ts'
import type { Certificate } from './certificate.ts'
import { isLoopback, lanAddresses } from './lan.ts'

/** For a browser on this machine. */
export function localUrl(host: string | undefined, port: number): string {
  const name = host === undefined || isLoopback(host) || isAnyAddress(host) ? 'localhost' : urlHost(host)
  return `http://${name}:${port}/`
}

/** For other devices: by the names that the certificate holds, then one a network interface. Empty where only this machine is listened to. */
export function reachableUrls(
  host: string | undefined,
  port: number,
  certificate: Certificate | undefined,
): ServerConfig['lanUrls'] {
  if (isLoopback(host)) return []
  const scheme = certificate === undefined ? 'http' : 'https'
  const named = (certificate?.hostNames ?? []).map((address) => ({ name: 'certificate', address }))
  const all = lanAddresses()
  const addresses =
    host === undefined || isAnyAddress(host)
      ? all
      : [all.find(({ address }) => address === host) ?? { name: host, address: host }]
  return [...named, ...addresses].map(({ name, address }) => ({
    name,
    url: `${scheme}://${urlHost(address)}:${port}/`,
  }))
}

function isAnyAddress(host: string): boolean {
  return host === '0.0.0.0' || host === '::'
}

function urlHost(address: string): string {
  return address.includes(':') ? `[${address}]` : address
}
