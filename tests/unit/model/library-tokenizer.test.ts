// What @huggingface/tokenizers takes otherwise than Hugging Face's own library is taken exactly or refused. The expected pieces are those
// of tokenizers 0.23 in Python.
import { describe, expect, it } from 'vitest'
import { tokenizerFromHuggingFace } from '../../../src/model/hugging-face-tokenizer.ts'

const characters = Array.from(" ▁abcdefsABHxIΣσς0123456789.,!?-'ſ½٣é|(\u{20000}\u{20001}\u0085\ufeff\n\t$&")
const bpe = {
  type: 'BPE',
  vocab: Object.fromEntries(['[U]', ...characters].map((piece, token) => [piece, token])),
  merges: [],
  unk_token: '[U]',
}
const wordPieces = ['[U]', 'hello', '##s', 'σσ', 'σς', '𠀀', '𠀁', '.', '-', 'a', 'b']
const wordPiece = {
  type: 'WordPiece',
  vocab: Object.fromEntries(wordPieces.map((piece, token) => [piece, token])),
  unk_token: '[U]',
  continuing_subword_prefix: '##',
  max_input_chars_per_word: 100,
}
const build = (more: object, model: object = bpe) =>
  tokenizerFromHuggingFace({ tokenizerJson: { added_tokens: [], model, ...more } })
/** Each character is a token, so these are the characters of the normalized text. */
const characterOf = (more: object, text: string) => {
  const tokenizer = build(more)
  return tokenizer
    .encode(text, { addSpecial: false })
    .map((token) => tokenizer.tokenText(token))
    .join('')
}

describe('a normalizer', () => {
  it.each([
    [{ type: 'Lowercase' }, 'AΣ', 'aσ'],
    [{ type: 'Strip', strip_left: true, strip_right: true }, '\u0085a\ufeff', 'a\ufeff'],
    [{ type: 'Strip', strip_left: true, strip_right: false }, ' \na ', 'a '],
    [
      {
        type: 'Sequence',
        normalizers: [
          { type: 'Strip', strip_left: true, strip_right: true },
          { type: 'Prepend', prepend: '▁' },
        ],
      },
      '  ',
      '',
    ],
    [{ type: 'Prepend', prepend: '▁' }, 'a', '▁a'],
    [{ type: 'Replace', pattern: { String: 'a' }, content: '$&' }, 'xa', 'x$&'],
    [{ type: 'Replace', pattern: { Regex: '[0-9]+' }, content: '0' }, 'x123', 'x0'],
    [{ type: 'Precompiled', precompiled_charsmap: null }, '½', '½'],
  ])('%o makes %j to %j', (normalizer, text, wanted) => {
    expect(characterOf({ normalizer }, text)).toBe(wanted)
  })

  it('of BERT keeps rare Han characters whole and apart, and lowers a final sigma like any', () => {
    const bert = {
      type: 'BertNormalizer',
      clean_text: true,
      handle_chinese_chars: true,
      strip_accents: null,
      lowercase: true,
    }
    const tokenizer = build({ normalizer: bert, pre_tokenizer: { type: 'BertPreTokenizer' } }, wordPiece)
    const pieces = tokenizer.encode('𠀀𠀁 ΣΣ HELLOs', { addSpecial: false }).map((token) => tokenizer.tokenText(token))
    expect(pieces).toEqual(['𠀀', '𠀁', 'σσ', 'hello', '##s'])
  })

  it.each([
    [{ type: 'Nmt' }, 'model-unsupported', /normalizer has "Nmt", which is not supported/],
    [{ type: 'ByteLevel' }, 'model-unsupported', /"ByteLevel"/],
    [{ type: 'Replace', pattern: 7, content: '' }, 'model-format', /"pattern" is 7/],
    [{ type: 'Precompiled', precompiled_charsmap: '§' }, 'model-format', /no Base64/],
    [{ type: 'Precompiled', precompiled_charsmap: 'AAAA' }, 'model-format', /charsmap is damaged.*3 bytes/],
    [{ type: 'Precompiled', precompiled_charsmap: btoa('\x09\0\0\0aaaa\0') }, 'model-format', /9 bytes does not fit/],
  ])('%o is refused', (normalizer, code, message) => {
    expect(() => build({ normalizer })).toThrow(expect.objectContaining({ code }))
    expect(() => build({ normalizer })).toThrow(message)
  })
})

describe('a pre-tokenizer', () => {
  const known = [
    'a',
    'b',
    'ab',
    '1',
    '٣',
    '1٣',
    '½',
    '.',
    '..',
    '-',
    "'",
    "'s",
    "'ſ",
    's',
    'ſ',
    ' ',
    '▁',
    '▁a',
    '▁▁',
    'a-',
    '-b',
    'é',
    'bé',
    '1½',
    ' a',
    '\u0085',
    '\ufeff',
    '\ufeffa',
  ]
  const merges = known.flatMap((piece) => {
    const [first, ...rest] = Array.from(piece)
    return rest.length === 1 ? [[first, rest[0]]] : []
  })
  const pairs = { ...bpe, vocab: Object.fromEntries(['[U]', ...known].map((piece, token) => [piece, token])), merges }
  const cutsOf = (pre_tokenizer: object, text: string) => {
    const tokenizer = build({ pre_tokenizer }, pairs)
    return tokenizer.encode(text, { addSpecial: false }).map((token) => tokenizer.tokenText(token))
  }

  it.each([
    [{ type: 'Digits', individual_digits: true }, '1٣', ['1', '٣']],
    [{ type: 'Digits', individual_digits: false }, '1½a', ['1½', 'a']],
    [{ type: 'Punctuation', behavior: 'Isolated' }, '..a', ['.', '.', 'a']],
    [{ type: 'Punctuation', behavior: 'Contiguous' }, '..a', ['..', 'a']],
    [{ type: 'Whitespace' }, 'bé..a', ['bé', '..', 'a']],
    [{ type: 'WhitespaceSplit' }, 'a\u0085\ufeffa', ['a', '\ufeffa']],
    [{ type: 'BertPreTokenizer' }, 'a-b ..', ['a', '-', 'b', '.', '.']],
    [{ type: 'Metaspace', replacement: '▁', prepend_scheme: 'always' }, '  a', ['▁', '▁a']],
    [{ type: 'Metaspace', replacement: '▁', prepend_scheme: 'always', split: false }, '  ', ['▁▁']],
    [{ type: 'Metaspace', replacement: '▁', add_prefix_space: false }, 'a', ['a']],
    [{ type: 'Metaspace', replacement: '▁', add_prefix_space: true }, 'a', ['▁a']],
    [{ type: 'Split', pattern: { String: ' ' }, behavior: 'Removed', invert: false }, 'a b', ['a', 'b']],
    [{ type: 'Split', pattern: { String: '-' }, behavior: 'MergedWithPrevious', invert: false }, 'a-b', ['a-', 'b']],
    [{ type: 'Split', pattern: { String: '-' }, behavior: 'MergedWithNext', invert: false }, 'a-b', ['a', '-b']],
    [{ type: 'Split', pattern: { Regex: '-' }, behavior: 'Isolated', invert: true }, 'a-b', ['a', '-', 'b']],
    [{ type: 'Split', pattern: { Regex: "(?i:'s)" }, behavior: 'Isolated', invert: false }, "'ſs", ["'ſ", 's']],
    [{ type: 'Split', pattern: { Regex: 'a++b|.' }, behavior: 'Isolated', invert: false }, 'ab', ['ab']],
    [{ type: 'Split', pattern: { Regex: '[ab]++b|.' }, behavior: 'Isolated', invert: false }, 'ab', ['a', 'b']],
  ])('%o cuts %j', (preTokenizer, text, wanted) => {
    expect(cutsOf(preTokenizer, text)).toEqual(wanted)
  })

  it('of bytes puts a space before a text without one', () => {
    const bytes = { ...bpe, vocab: { '[U]': 0, Ġ: 1, a: 2, Ġa: 3 }, merges: [['Ġ', 'a']] }
    const tokenizer = build({ pre_tokenizer: { type: 'ByteLevel', add_prefix_space: true, use_regex: true } }, bytes)
    expect(tokenizer.encode('a', { addSpecial: false })).toEqual([3])
    expect(tokenizer.encode(' a', { addSpecial: false })).toEqual([3])
  })

  it.each([
    [{ type: 'UnicodeScripts' }, /pre_tokenizer has "UnicodeScripts"/],
    [{ type: 'Punctuation', behavior: 'MergedWithNext' }, /Punctuation, MergedWithNext/],
    [{ type: 'Metaspace', replacement: '_' }, /Metaspace, _/],
    [{ type: 'Split', pattern: { String: '-' }, behavior: 'Contiguous', invert: false }, /Split, Contiguous/],
    [{ type: 'Split', pattern: { Regex: '(?>a)b' }, behavior: 'Isolated', invert: false }, /gives nothing back/],
    [{ type: 'Split', pattern: { Regex: '(ab)++' }, behavior: 'Isolated', invert: false }, /gives nothing back/],
    [{ type: 'Split', pattern: { Regex: '(?i:\\w)' }, behavior: 'Isolated', invert: false }, /\(\?i:/],
  ])('%o is refused', (pre_tokenizer, message) => {
    expect(() => build({ pre_tokenizer })).toThrow(expect.objectContaining({ code: 'model-unsupported' }))
    expect(() => build({ pre_tokenizer })).toThrow(message)
  })
})

describe('a model', () => {
  const unigram = {
    type: 'Unigram',
    vocab: [
      ['<unk>', 0],
      ['a', -1],
    ],
    unk_id: 0,
  }

  it.each([
    [{ ...bpe, dropout: 0.1 }, /BPE, dropout 0.1/],
    [{ ...bpe, continuing_subword_prefix: '##' }, /BPE, continuing_subword_prefix/],
    [{ ...bpe, end_of_word_suffix: '</w>' }, /end_of_word_suffix/],
    [{ ...wordPiece, continuing_subword_prefix: '@@' }, /WordPiece, continuing_subword_prefix/],
    [{ ...unigram, byte_fallback: true }, /Unigram, byte_fallback/],
    [{ ...unigram, unk_id: null }, /Unigram, no unk_id/],
  ])('%o is refused', (model, message) => {
    expect(() => build({}, model)).toThrow(expect.objectContaining({ code: 'model-unsupported' }))
    expect(() => build({}, model)).toThrow(message)
  })

  it.each([
    [{ ...wordPiece, unk_token: '[V]' }, /unknown, \[V\], is not in its vocabulary/],
    [{ ...wordPiece, unk_token: null }, /unknown, none, is not in its vocabulary/],
    [{ ...unigram, unk_id: 9 }, /unknown, 9, is not in its vocabulary/],
  ])('%o is refused as damaged', (model, message) => {
    expect(() => build({}, model)).toThrow(expect.objectContaining({ code: 'model-format' }))
    expect(() => build({}, model)).toThrow(message)
  })

  it('that joins unknown tokens of several words is refused', () => {
    expect(() => build({ pre_tokenizer: { type: 'WhitespaceSplit' } }, { ...bpe, fuse_unk: true })).toThrow(/fuse_unk/)
  })

  it('of a file that does not say its type is read by its form', () => {
    const untyped = ({ type: _, ...model }: { type: string }) => build({}, model).encode('a', { addSpecial: false })
    expect(untyped(bpe)).toEqual([bpe.vocab.a])
    expect(untyped(wordPiece)).toEqual([wordPiece.vocab.a])
    expect(untyped(unigram)).toEqual([1])
  })
})

describe('an added token', () => {
  const added = (more: object) => [{ id: 1, content: '<x>', special: false, normalized: false, ...more }]

  it('that must be a word of its own is refused', () => {
    expect(() => build({ added_tokens: added({ single_word: true }) })).toThrow(/added_tokens has "<x>, single_word"/)
  })

  it('that is looked for in the normalized text is refused where its place would be lost', () => {
    const first = { type: 'Metaspace', replacement: '▁', prepend_scheme: 'first' }
    const tokens = { added_tokens: added({ normalized: true }), pre_tokenizer: first }
    expect(() => build({ ...tokens, normalizer: { type: 'NFC' } })).toThrow(/"<x>, normalized"/)
    expect(() => build(tokens)).not.toThrow()
  })
})

describe('a post-processor', () => {
  const place = (id: string, type_id = 0) => ({ SpecialToken: { id, type_id } })
  const text = { Sequence: { id: 'A', type_id: 0 } }
  const template = (single: object[]) => ({
    type: 'TemplateProcessing',
    single,
    pair: [],
    special_tokens: { A: { id: 'A', ids: [3, 4], tokens: ['A', 'A'] }, B: { id: 'B', ids: [5], tokens: ['B'] } },
  })
  const idsOf = (post_processor: object) => build({ post_processor }).encode('x', { addSpecial: true })
  const x = bpe.vocab.x!

  it.each([
    [template([place('A'), text, place('B')]), [3, 4, x, 5]],
    [{ type: 'BertProcessing', sep: ['B', 5], cls: ['A', 3] }, [3, x, 5]],
    [
      { type: 'RobertaProcessing', sep: ['B', 5], cls: ['A', 3], trim_offsets: true, add_prefix_space: false },
      [3, x, 5],
    ],
    [
      {
        type: 'Sequence',
        processors: [{ type: 'ByteLevel' }, template([place('B'), text]), template([place('A'), text, place('B')])],
      },
      [3, 4, 5, x, 5],
    ],
  ])('%o gives its special tokens', (postProcessor, wanted) => {
    expect(idsOf(postProcessor)).toEqual(wanted)
  })

  it.each([
    [template([place('C'), text]), 'model-format', /special token "C" has no ids/],
    [template([place('A')]), 'model-format', /no place for the text/],
    [template([text, text]), 'model-unsupported', /text twice/],
    [template([text, place('A', 2)]), 'model-unsupported', /token types other than 0/],
    [{ type: 'Surprise' }, 'model-unsupported', /the type "Surprise"/],
  ])('%o is refused', (postProcessor, code, message) => {
    expect(() => idsOf(postProcessor)).toThrow(expect.objectContaining({ code }))
    expect(() => idsOf(postProcessor)).toThrow(message)
  })
})
