// Pre-tokenizers of byte-level vocabularies, by the name in `tokenizer.ggml.pre`. Source: llama.cpp's llama-vocab.cpp (names, patterns and
// what else a name means there); where it writes a pattern around what its engine lacks (tekken, gpt-4o), the pattern is that of the
// models' own tokenizer.json, which it quotes. As there, no Unicode normalization is done, which some of these (qwen2: NFC) know.
import { ModelFormatError } from '../base/errors.ts'

interface PreTokenizer {
  /** Patterns that cut the text, in order, in Oniguruma's syntax. */
  patterns: readonly string[]
  /** A word that is a vocabulary entry is taken whole, whatever the merges say. */
  ignoreMerges: boolean
  /** Where the metadata does not say. */
  addBos: boolean
}

const ENDINGS = "'[sS]|'[tT]|'[rR][eE]|'[vV][eE]|'[mM]|'[lL][lL]|'[dD]"
const LINES_AND_SPACES = '\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+'
const SIGNS = ' ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*'
const WORD = '[^\\r\\n\\p{L}\\p{N}]?\\p{L}+'
const GPT2 = "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)"
const LLAMA3 = `${ENDINGS}|${WORD}|\\p{N}{1,3}|${SIGNS}|${LINES_AND_SPACES}`
const QWEN2 = `${ENDINGS}|${WORD}|\\p{N}|${SIGNS}|${LINES_AND_SPACES}`
const QWEN35 = `${ENDINGS}|[^\\r\\n\\p{L}\\p{N}]?[\\p{L}\\p{M}]+|\\p{N}| ?[^\\s\\p{L}\\p{M}\\p{N}]+[\\r\\n]*|${LINES_AND_SPACES}`
const SEED_CODER = `${ENDINGS}|${WORD}|\\p{N}| ?[^\\s\\p{L}\\p{N}\\r\\n]+|${LINES_AND_SPACES}`
const BAILING = `${ENDINGS}|${WORD}|\\p{N}|${SIGNS}|\\s*[\\r\\n]|\\s+(?!\\S)|\\s+`
const BLOOM = ' ?[^(\\s|.,!?…。，、।۔،)]+'

/** Words of capitals, then small letters. */
function cased(ending: string, numbers: string): string {
  const [upper, lower] = ['[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]', '[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]']
  const start = '[^\\r\\n\\p{L}\\p{N}]?'
  return `${start}${upper}*${lower}+${ending}|${start}${upper}+${lower}*${ending}|${numbers}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]*|${LINES_AND_SPACES}`
}
const TEKKEN = cased('', '\\p{N}')
const GPT4O = cased(`(?:${ENDINGS})?`, '\\p{N}{1,3}')

const HAN = '[一-龥\\x{800}-一가-\\x{D7FF}]+'
/** Letters with case, as of the Unicode of its day. */
const DEEPSEEK_LETTERS = [
  'A-Za-z\\x{B5}\\x{C0}-\\x{D6}\\x{D8}-\\x{F6}\\x{F8}-\\x{1BA}\\x{1BC}-\\x{1BF}\\x{1C4}-\\x{293}\\x{295}-\\x{2AF}',
  '\\x{370}-\\x{373}\\x{376}\\x{377}\\x{37B}-\\x{37D}\\x{37F}\\x{386}\\x{388}-\\x{38A}\\x{38C}\\x{38E}-\\x{3A1}',
  '\\x{3A3}-\\x{3F5}\\x{3F7}-\\x{481}\\x{48A}-\\x{52F}\\x{531}-\\x{556}\\x{10A0}-\\x{10C5}\\x{13A0}-\\x{13F5}',
  '\\x{13F8}-\\x{13FD}\\x{1C90}-\\x{1CBA}\\x{1CBD}-\\x{1CBF}\\x{1D00}-\\x{1D2B}\\x{1D6B}-\\x{1D77}',
  '\\x{1D79}-\\x{1D9A}\\x{1E00}-\\x{1F15}\\x{1F18}-\\x{1F1D}\\x{1F20}-\\x{1F45}\\x{1F48}-\\x{1F4D}',
  '\\x{1F50}-\\x{1F57}\\x{1F59}\\x{1F5B}\\x{1F5D}\\x{1F5F}-\\x{1F7D}\\x{1F80}-\\x{1FB4}\\x{1FB6}-\\x{1FBC}\\x{1FBE}',
  '\\x{1FC2}-\\x{1FC4}\\x{1FC6}-\\x{1FCC}\\x{1FD0}-\\x{1FD3}\\x{1FD6}-\\x{1FDB}\\x{1FE0}-\\x{1FEC}',
  '\\x{1FF2}-\\x{1FF4}\\x{1FF6}-\\x{1FFC}\\x{2102}\\x{2107}\\x{210A}-\\x{2113}\\x{2115}\\x{2119}-\\x{211D}\\x{2124}',
  '\\x{2126}\\x{2128}\\x{212A}-\\x{212D}\\x{212F}-\\x{2134}\\x{2139}\\x{213C}-\\x{213F}\\x{2145}-\\x{2149}\\x{214E}',
  '\\x{2183}\\x{2184}\\x{2C00}-\\x{2C7B}\\x{2C7E}-\\x{2CE4}\\x{2CEB}-\\x{2CEE}\\x{2CF2}\\x{2CF3}\\x{A640}-\\x{A66D}',
  '\\x{A680}-\\x{A69B}\\x{A722}-\\x{A76F}\\x{A771}-\\x{A787}\\x{A78B}-\\x{A78E}\\x{AB70}-\\x{ABBF}',
  '\\x{FB00}-\\x{FB06}\\x{FB13}-\\x{FB17}\\x{FF21}-\\x{FF3A}\\x{FF41}-\\x{FF5A}\\x{10400}-\\x{1044F}',
  '\\x{104B0}-\\x{104D3}\\x{104D8}-\\x{104FB}\\x{10C80}-\\x{10CB2}\\x{10CC0}-\\x{10CF2}\\x{118A0}-\\x{118DF}',
  '\\x{1E900}-\\x{1E943}',
].join('')
const DEEPSEEK_LLM = [
  '[\\r\\n]',
  `\\s?[${DEEPSEEK_LETTERS}]+`,
  '\\s?[!-/:-~！-／：-～‘-‟　-。]+',
  '\\s+$',
  HAN,
  '\\p{N}+',
]
const DEEPSEEK_CODER = ['[\\r\\n]', '\\s?\\p{L}+', '\\s?\\p{P}+', HAN, '\\p{N}']
const DEEPSEEK_V3 = [
  '\\p{N}{1,3}',
  '[一-龥\\x{3040}-ゟ゠-ヿ]+',
  `[!"#$%&'()*+,\\-./:;<=>?@\\[\\\\\\]^_\`{|}~][A-Za-z]+|[^\\r\\n\\p{L}\\p{P}\\p{S}]?[\\p{L}\\p{M}]+| ?[\\p{P}\\p{S}]+[\\r\\n]*|${LINES_AND_SPACES}`,
]
const FALCON = ['[\\p{P}$+<=>\\^~|`]+', GPT2, '[0-9][0-9][0-9]']

/** Names of the same meaning stand together. */
const NAMES: readonly (readonly [names: string, patterns: readonly string[], flags?: Partial<PreTokenizer>])[] = [
  [
    'gpt-2 phi-2 jina-es jina-de jina-v2-es jina-v2-de jina-v1-en jina-v2-code roberta-bpe gigachat a.x-4.0 mellum modern-bert exaone4 mpt olmo jais trillion granite-docling',
    [GPT2],
  ],
  ['smollm starcoder refact command-r codeshell exaone minerva-7b mellum2', ['\\p{N}', GPT2]],
  ['falcon', FALCON],
  [
    'llama-bpe llama-v3 llama3 falcon3 falcon-h1 pixtral midm-2.0 lfm2 jina-v5-nano',
    [LLAMA3],
    { ignoreMerges: true, addBos: true },
  ],
  ['dbrx smaug-bpe glm4 chatglm-bpe', [LLAMA3]],
  ['qwen2 deepseek-r1-qwen kormo f2llmv2 megrez stablelm2 hunyuan solar-open grok-2', [QWEN2]],
  ['qwen35', [QWEN35]],
  ['tekken', [TEKKEN], { ignoreMerges: true, addBos: true }],
  ['gpt-4o llama4 kanana2 talkie minimax-m2', [GPT4O]],
  ['deepseek-llm', DEEPSEEK_LLM],
  ['deepseek-coder', DEEPSEEK_CODER],
  ['deepseek-v3 hunyuan-dense joyai-llm hy_v4', DEEPSEEK_V3],
  ['bloom poro-chat gpt3-finnish', [BLOOM]],
  ['viking', [BLOOM, '\\p{N}']],
  ['bailingmoe bailingmoe2 llada-moe', [BAILING]],
  ['seed-coder', [SEED_CODER]],
]

const PRE_TOKENIZERS: ReadonlyMap<string, PreTokenizer> = new Map(
  NAMES.flatMap(([names, patterns, flags]) =>
    names.split(' ').map((name) => [name, { patterns, ignoreMerges: false, addBos: false, ...flags }] as const),
  ),
)

/** Throws `model-unsupported` for a name that is not known: guessing would give other ids. */
export function findPreTokenizer(name: string | undefined): PreTokenizer {
  const found = name === undefined ? undefined : PRE_TOKENIZERS.get(name)
  if (found !== undefined) return found
  const what = name === undefined ? 'no pre-tokenizer' : `the pre-tokenizer ${JSON.stringify(name.slice(0, 40))}`
  throw new ModelFormatError(
    `The file names ${what} ("tokenizer.ggml.pre"), which is not supported yet. These are: ${[...PRE_TOKENIZERS.keys()].join(', ')}.`,
    'model-unsupported',
  )
}

/** In the form of tokenizer.json's `pre_tokenizer`. */
export function preTokenizerJson({ patterns }: PreTokenizer): object {
  const splits = patterns.map((pattern) => ({
    type: 'Split',
    pattern: { Regex: pattern },
    behavior: 'Isolated',
    invert: false,
  }))
  const bytes = { type: 'ByteLevel', add_prefix_space: false, trim_offsets: false, use_regex: false }
  return { type: 'Sequence', pretokenizers: [...splits, bytes] }
}
