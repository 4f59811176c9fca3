// Where the page is, read from `location.hash`, and which address an invitation names.

/** The page's places: the start, perhaps with something to do at once (the shortcuts of the installed app), old conversations, or a room by its link's secret. */
export type Route =
  | { kind: 'start'; first: 'start-room' | 'read-code' | null }
  | { kind: 'conversations' }
  | { kind: 'room'; hash: string }

const roomHash = /^#\/room\/.+/

export function routeOf(hash: string): Route {
  if (roomHash.test(hash)) return { kind: 'room', hash }
  if (hash === '#/conversations') return { kind: 'conversations' }
  return { kind: 'start', first: hash === '#/new' ? 'start-room' : hash === '#/code' ? 'read-code' : null }
}

/** One address that an invitation could name. */
export interface Address {
  /** The network interface; null: it is this page's own address. */
  name: string | null
  url: string
}

const loopback = /^(localhost|127(\.\d+){3}|\[::1\]|.*\.localhost)$/

export function isLoopback(hostname: string): boolean {
  return loopback.test(hostname)
}

/**
 * The addresses guests could use, best first: this page's own, unless that is a loopback one, which only this computer can open;
 * then the server's on the local network. Empty when no other device can open any.
 */
export function reachableAddresses(page: URL, lanUrls: readonly Address[]): Address[] {
  const others = lanUrls.filter(({ url }) => new URL(url).origin !== page.origin)
  if (isLoopback(page.hostname)) return others
  const own = lanUrls.find(({ url }) => new URL(url).origin === page.origin)
  return [own ?? { name: null, url: `${page.origin}/` }, ...others]
}

/** The same invitation, by another address of the same server. */
export function linkAt(address: Address, link: string): string {
  return new URL(new URL(link).hash, address.url).href
}
