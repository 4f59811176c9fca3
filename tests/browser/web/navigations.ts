// What would take the page elsewhere, seen and held back: the browser asks before it goes.
import { onTestFinished } from 'vitest'

/** Until the test ends, no navigation leaves the document: the returned list takes each as its kind and its address. */
export function heldNavigations(): string[] {
  const held: string[] = []
  const hold = (event: NavigateEvent) => {
    if (event.hashChange) return
    event.preventDefault()
    held.push(`${event.navigationType} ${event.destination.url}`)
  }
  navigation.addEventListener('navigate', hold)
  onTestFinished(() => navigation.removeEventListener('navigate', hold))
  return held
}
