// tokenizer.json's pre-tokenizers as steps that @huggingface/tokenizers (0.2) takes exactly as Hugging Face's own library does; what it
// takes otherwise is written with its `Split` here, the rest is refused. Differences it has: `Digits` and `Whitespace` know ASCII only,
// `Punctuation` does not cut between two marks, `Metaspace` does not cut at all, `ByteLevel` and the rest take JavaScript's \s (with
// U+FEFF, without U+0085), `Split` knows no merging behaviours, none inverted that keeps what lies between, nothing possessive.
import * as v from 'valibot'
import { parseFields } from './parse-fields.ts'
import { stepNotSupported, type TokenizerStep } from './tokenizer-step.ts'

const SOURCE = 'tokenizer.json, its pre_tokenizer'
const GPT2_PATTERN = "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+"
const MARK = '[\\p{P}!-/:-@\\[-`{-~]'

const step = v.looseObject({ type: v.string('a word') }, 'an object')
const flag = v.boolean('true or false')
const sequenceFields = v.looseObject({ pretokenizers: v.array(step, 'a list') })
const byteLevelFields = v.looseObject({ add_prefix_space: v.optional(flag, false), use_regex: v.optional(flag, true) })
const digitsFields = v.looseObject({ individual_digits: v.optional(flag, false) })
const punctuationFields = v.looseObject({ behavior: v.optional(v.string('a word'), 'Isolated') })
const metaspaceFields = v.looseObject({
  replacement: v.optional(v.string('text'), '\u2581'),
  prepend_scheme: v.optional(v.picklist(['always', 'first', 'never'], 'always, first or never')),
  add_prefix_space: v.optional(flag, true),
  split: v.optional(flag, true),
})
const splitFields = v.looseObject({
  pattern: v.union([v.object({ String: v.string() }), v.object({ Regex: v.string() })], 'a String or a Regex'),
  behavior: v.string('a word'),
  invert: v.optional(flag, false),
})

/** A flat list of steps. Throws `model-format` and `model-unsupported`. */
export function exactPreTokenizers(preTokenizer: unknown): TokenizerStep[] {
  if (preTokenizer == null) return []
  const { type, ...rest } = parseFields(step, preTokenizer, SOURCE)
  switch (type) {
    case 'Sequence':
      return parseFields(sequenceFields, rest, SOURCE).pretokenizers.flatMap(exactPreTokenizers)
    case 'ByteLevel': {
      const { add_prefix_space, use_regex } = parseFields(byteLevelFields, rest, SOURCE)
      const prefix = { type: 'Replace', pattern: { Regex: '\\A(?=[^ ])' }, content: ' ' }
      const bytes = { type, add_prefix_space: false, use_regex: false }
      return [...(add_prefix_space ? [prefix] : []), ...(use_regex ? [isolate(GPT2_PATTERN)] : []), bytes]
    }
    case 'Digits':
      return [isolate(parseFields(digitsFields, rest, SOURCE).individual_digits ? '\\p{N}' : '\\p{N}+')]
    case 'Whitespace':
      return [keep('\\w+|[^\\w\\s]+')]
    case 'WhitespaceSplit':
      return [keep('\\S+')]
    case 'BertPreTokenizer':
      return [keep('\\S+'), isolate(MARK)]
    case 'Punctuation': {
      const { behavior } = parseFields(punctuationFields, rest, SOURCE)
      if (behavior === 'Isolated') return [isolate(MARK)]
      if (behavior === 'Contiguous') return [isolate(`${MARK}+`)]
      throw stepNotSupported('pre_tokenizer', `Punctuation, ${behavior}`)
    }
    case 'Metaspace': {
      const { replacement, split, ...fields } = parseFields(metaspaceFields, rest, SOURCE)
      if (replacement !== '\u2581') throw stepNotSupported('pre_tokenizer', `Metaspace, ${replacement}`)
      const scheme = fields.prepend_scheme ?? (fields.add_prefix_space ? 'always' : 'never')
      const spaces = { type, replacement, prepend_scheme: scheme }
      return split ? [spaces, keep('\u2581[^\u2581]*|[^\u2581]+')] : [spaces]
    }
    case 'Split':
      return [exactSplit(parseFields(splitFields, rest, SOURCE))]
    default:
      throw stepNotSupported('pre_tokenizer', type)
  }
}

function exactSplit({ pattern, behavior, invert }: v.InferOutput<typeof splitFields>): TokenizerStep {
  const source = 'Regex' in pattern ? exactCases(pattern.Regex) : pattern.String.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
  if (source === '') throw stepNotSupported('pre_tokenizer', 'Split, empty')
  const skeleton = skeletonOf(source)
  if (/\(\?>|[*+?]\+/.test(skeleton)) return exactPossessives(source, behavior)
  if (behavior === 'Isolated') return isolate(source)
  if (behavior === 'Removed' && invert) return keep(source)
  const other = `(?:(?!${source})[\\s\\S])`
  if (behavior === 'MergedWithPrevious' && !invert) return keep(`${other}*(?:${source})|${other}+`)
  if (behavior === 'MergedWithNext' && !invert) return keep(`(?:${source})${other}*|${other}+`)
  if (behavior === 'Removed' && !/\((?!\?)/.test(skeleton)) {
    return { type: 'Split', pattern: { Regex: source }, behavior, invert: false }
  }
  throw stepNotSupported('pre_tokenizer', `Split, ${behavior}`)
}

/** Oniguruma's `(?i:s)` is s, S and the long ſ, k likewise the Kelvin sign; the library's is ASCII only. */
function exactCases(pattern: string): string {
  return pattern.replace(/\(\?i:([^()]*)\)/g, (group, inner: string) => {
    if (/[^\x20-\x7e]|\\/.test(inner)) throw stepNotSupported('pre_tokenizer', `Split, ${group}`)
    return `(?i:${inner.replace(/s/gi, '[s\u017f]').replace(/k/gi, '[k\u212a]')})`
  })
}

/** Without escapes and classes, whose characters are no syntax. */
function skeletonOf(pattern: string): string {
  return pattern.replace(/\\[pP]\{[^}]*\}|\\.|\[(?:\\.|[^\]\\])*\]/gu, 'x')
}

const POSSESSIVE = /(\[(?:\\.|[^\]\\])*\]|\\[pP]\{[^}]*\}|\\.|[^\\()[\]{}|*+?])([*+?])\+/gu

/** `x++` as `(?=(x+))\1`, which takes as much and gives nothing back: JavaScript has no possessive quantifiers. */
function exactPossessives(source: string, behavior: string): TokenizerStep {
  let count = 0
  const written = source.replace(POSSESSIVE, (_, atom: string, quantifier: string) => {
    const name = `whole${count++}`
    return `(?:(?=(?<${name}>${atom}${quantifier}))\\k<${name}>)`
  })
  if (behavior === 'Isolated' && !/\(\?>|[*+?]\+/.test(skeletonOf(written))) return isolate(written)
  throw stepNotSupported('pre_tokenizer', `Split, ${behavior}, with a group that gives nothing back`)
}

/** Cuts before and after each match. */
function isolate(pattern: string): TokenizerStep {
  return { type: 'Split', pattern: { Regex: pattern }, behavior: 'Isolated', invert: false }
}

/** Keeps the matches and nothing between them. */
function keep(pattern: string): TokenizerStep {
  return { type: 'Split', pattern: { Regex: pattern }, behavior: 'Removed', invert: true }
}
