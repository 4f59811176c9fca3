// Streams an answer as text, token by token, without ever showing half a character: bytes wait until their character is whole.
import type { Tokenizer } from './tokenizer.ts'

export interface Detokenizer {
  /** The text that `token` completes; '' where its bytes are not a whole character yet, and for special tokens. */
  push(token: number): string
  /** What is left at the end: U+FFFD for bytes that never became a character. Then begins anew. */
  flush(): string
}

/** `continues`: the text goes on after a prompt, so that a first space is real and stays. */
export function createDetokenizer(tokenizer: Tokenizer, { continues }: { continues: boolean }): Detokenizer {
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true })
  let atStart = !continues
  const clean = (text: string) => {
    if (!atStart || text === '') return text
    atStart = false
    return tokenizer.addsLeadingSpace && text.startsWith(' ') ? text.slice(1) : text
  }
  return {
    push: (token) => clean(decoder.decode(tokenizer.tokenBytes(token), { stream: true })),
    flush() {
      const rest = clean(decoder.decode())
      atStart = !continues
      return rest
    },
  }
}
