// The windows people look through: a laptop's and a phone's, in the light and in the dark.
export const windowSizes = { phone: { width: 390, height: 844 }, laptop: { width: 1440, height: 900 } }
export type WindowSize = keyof typeof windowSizes

export const colorSchemes = ['light', 'dark'] as const
export type ColorScheme = (typeof colorSchemes)[number]

/** Whoever comes first has the size given, everybody after that a phone; light and dark by turns, beginning with one or the other as `title` is odd or even. */
export function windowOf(title: string, visitor: number, first: WindowSize) {
  return {
    viewport: windowSizes[visitor === 0 ? first : 'phone'],
    colorScheme: colorSchemes[(title.length + visitor) % 2]!,
  }
}
