// tokenizer.json's normalizers as steps that @huggingface/tokenizers (0.2) takes exactly as Hugging Face's own library does; what it takes
// otherwise is written in other steps here, the rest is refused. Differences it has: `Lowercase` knows the Greek final sigma, `Strip`
// JavaScript's whitespace, `Prepend` also lengthens an empty text, `Replace` reads `$&` in its content, `BertNormalizer` cuts
// characters beyond U+FFFF in halves. `Precompiled` is approximated by NFKC there: see library-tokenizer.ts. What is left: characters that
// Unicode added or moved after its version 8 (651 + 7 marks of rare scripts) are marks here, but not yet in Hugging Face's tables for BERT.
import * as v from 'valibot'
import { parseFields } from './parse-fields.ts'
import { stepNotSupported, type TokenizerStep } from './tokenizer-step.ts'

const SOURCE = 'tokenizer.json, its normalizer'
const step = v.looseObject({ type: v.string('a word') }, 'an object')
const sequenceFields = v.looseObject({ normalizers: v.array(step, 'a list') })
const stripFields = v.looseObject({ strip_left: v.boolean('true or false'), strip_right: v.boolean('true or false') })
const prependFields = v.looseObject({ prepend: v.string('text') })
const replaceFields = v.looseObject({
  pattern: v.union([v.object({ String: v.string() }), v.object({ Regex: v.string() })], 'a String or a Regex'),
  content: v.string('text'),
})
const bertFields = v.looseObject({
  clean_text: v.boolean('true or false'),
  handle_chinese_chars: v.boolean('true or false'),
  strip_accents: v.nullish(v.boolean('true or false')),
  lowercase: v.boolean('true or false'),
})

/** Lower case without a look at the neighbours. */
const SIGMA = replace({ String: 'Σ' }, 'σ')
const RARE_HAN = '[\\x{20000}-\\x{2A6DF}\\x{2A700}-\\x{2B81F}\\x{2B920}-\\x{2CEAF}\\x{2F800}-\\x{2FA1F}]'

/** A flat list of steps. Throws `model-format` and `model-unsupported`. */
export function exactNormalizers(normalizer: unknown): TokenizerStep[] {
  if (normalizer == null) return []
  const { type, ...rest } = parseFields(step, normalizer, SOURCE)
  switch (type) {
    case 'Sequence':
      return parseFields(sequenceFields, rest, SOURCE).normalizers.flatMap(exactNormalizers)
    case 'NFC':
    case 'NFD':
    case 'NFKC':
    case 'NFKD':
    case 'StripAccents':
    case 'Precompiled':
    case 'SentencePieceCharsmap':
      return [{ type, ...rest }]
    case 'Lowercase':
      return [SIGMA, { type }]
    case 'Strip': {
      const { strip_left, strip_right } = parseFields(stripFields, rest, SOURCE)
      return [
        ...(strip_left ? [replace({ Regex: '\\A\\s+' }, '')] : []),
        ...(strip_right ? [replace({ Regex: '\\s+\\z' }, '')] : []),
      ]
    }
    case 'Prepend':
      return [replace({ Regex: '\\A(?=[\\s\\S])' }, parseFields(prependFields, rest, SOURCE).prepend)]
    case 'Replace': {
      const { pattern, content } = parseFields(replaceFields, rest, SOURCE)
      return [replace(pattern, content)]
    }
    case 'BertNormalizer': {
      const fields = parseFields(bertFields, rest, SOURCE)
      return [
        ...(fields.handle_chinese_chars ? [{ ...replace({ Regex: RARE_HAN }, ''), content: ' $& ' }] : []),
        ...(fields.lowercase ? [SIGMA] : []),
        { type, ...fields },
      ]
    }
    default:
      throw stepNotSupported('normalizer', type)
  }
}

function replace(pattern: { String: string } | { Regex: string }, content: string) {
  return { type: 'Replace', pattern, content: content.replaceAll('$', '$$$$') }
}
