// Names by which vocabularies mark the end of an answer, where the metadata names only one of them. Source: llama.cpp's
// llama-vocab.cpp, its list of end-of-generation tokens.
const STOP_NAMES: ReadonlySet<string> = new Set([
  '</s>',
  '<|eot_id|>',
  '<|eom_id|>',
  '<|im_end|>',
  '<|end|>',
  '<|end_of_text|>',
  '<|endoftext|>',
  '<|end_of_turn|>',
  '<end_of_turn>',
  '<|return|>',
  '<EOT>',
  '<｜end▁of▁sentence｜>',
])

/** The ids the metadata names, and of the special tokens those whose text says that they end an answer. */
export function findStopTokens(
  named: Iterable<number | null | undefined>,
  specialTokens: Iterable<readonly [id: number, text: string]>,
): Set<number> {
  const stops = new Set<number>()
  for (const token of named) if (token != null) stops.add(token)
  for (const [token, text] of specialTokens) if (STOP_NAMES.has(text)) stops.add(token)
  return stops
}
