// What the leader asked of a model that embeds text, and what came of it. A failure changes nothing here: whoever asked is told.
import { cosineSimilarity, type MaskCandidate, type MobileTensorParallelismSystem } from '../src/index.ts'

/** How alike sentences are. */
export interface Comparison {
  sentences: readonly string[]
  /** Cosine of sentence i's vector and sentence j's. */
  likeness: readonly (readonly number[])[]
  /** Tokens at their ends that the model did not read. */
  truncatedTokens: number
}

/** The likeliest words for a text's mask. */
export interface FilledMask {
  text: string
  candidates: readonly MaskCandidate[]
}

export class EncoderWork {
  comparison: Comparison | null = null
  filled: FilledMask | null = null
  readonly #system: Pick<MobileTensorParallelismSystem, 'embed' | 'fillMask'>

  constructor(system: Pick<MobileTensorParallelismSystem, 'embed' | 'fillMask'>) {
    this.#system = system
  }

  async compare(sentences: readonly string[]): Promise<void> {
    const encodings = await this.#system.embed(sentences)
    this.comparison = {
      sentences,
      likeness: encodings.map((own) => encodings.map((other) => cosineSimilarity(own.embedding, other.embedding))),
      truncatedTokens: encodings.reduce((sum, { truncatedTokens }) => sum + truncatedTokens, 0),
    }
  }

  async fillMask(text: string): Promise<void> {
    const { candidates } = await this.#system.fillMask(text)
    this.filled = { text, candidates: candidates ?? [] }
  }

  /** Of another model, what was found before means nothing. */
  clear(): void {
    this.comparison = null
    this.filled = null
  }
}
