// Files of this project by their path in it, in Node and in the tests' browser, which asks the test server for them.

export async function fixtureBytes(path: string): Promise<Uint8Array<ArrayBuffer>> {
  if (typeof window === 'undefined') {
    const { readFileSync } = process.getBuiltinModule('node:fs')
    return new Uint8Array(readFileSync(path))
  }
  const { commands } = await import('vitest/browser')
  const text = atob(await commands.readFile(path, 'base64'))
  return Uint8Array.from(text, (character) => character.charCodeAt(0))
}

export async function fixtureJson(path: string): Promise<unknown> {
  return JSON.parse(new TextDecoder().decode(await fixtureBytes(path)))
}
