/** `name`, or where others are called that already, with the lowest number that tells them apart: "Chrome on Linux (2)". */
export function uniqueName(name: string, taken: readonly string[]): string {
  if (!taken.includes(name)) return name
  const numbered = (number: number) => `${name.slice(0, 70)} (${number})`
  let number = 2
  while (taken.includes(numbered(number))) number++
  return numbered(number)
}
