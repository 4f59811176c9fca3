/**
 * Merges that make byte-pair encoding choose as SentencePiece-BPE does: each split of a piece into two pieces (or single characters),
 * those of the best score first, ties to the lower id.
 */
export function sentencePieceMerges(pieces: readonly string[], scores: readonly number[]): [string, string][] {
  const known = new Set(pieces)
  const isPart = (text: string) => known.has(text) || isOneCharacter(text)
  const byScore = Array.from(pieces.keys()).sort((a, b) => scores[b]! - scores[a]! || a - b)
  return byScore.flatMap((token) => {
    const piece = pieces[token]!
    const merges: [string, string][] = []
    for (let cut = 1; cut < piece.length; cut++) {
      if (isLowSurrogate(piece.charCodeAt(cut))) continue
      const left = piece.slice(0, cut)
      const right = piece.slice(cut)
      if (isPart(left) && isPart(right)) merges.push([left, right])
    }
    return merges
  })
}

function isOneCharacter(text: string): boolean {
  return text.length === 1 || (text.length === 2 && isLowSurrogate(text.charCodeAt(1)))
}

function isLowSurrogate(code: number): boolean {
  return code >= 0xdc00 && code <= 0xdfff
}
