// Options of the page's own address, for scripts, e.g. `/?executor=wasm&threads=2&shares=2,1#/`. What is not named stays automatic.
//   executor   auto | wasm | webgpu | reference, or TensorFlow.js' own: tfjs | tfjs-webgl | tfjs-wasm | tfjs-cpu
//   threads    positive integer: compute threads
//   weights    auto | f32 | f16 | int8 | int4          wire        auto | f32 | f16 | int8
//   topology   auto | solo | star                      shares      positive integers by comma, one a device in rank order
//   context    positive integer: positions to hold     maxDevices  1 to 16, the leader included
// Other names are left alone: people's links carry all kinds of things. A bad value is refused by name.
import * as v from 'valibot'
import { EXECUTOR_WISHES, type SystemOptions } from '../src/index.ts'
import { PageRefusal } from './failure.ts'
import { texts } from './texts/texts.ts'

const PositiveInteger = v.pipe(
  v.string(),
  v.regex(/^[1-9]\d{0,8}$/, () => texts.page.mustBePositive),
  v.transform((text) => Number(text)),
)

/** With words for people in place of the schema library's. */
function oneOf<const Names extends readonly string[]>(names: Names) {
  return v.picklist(names, () => texts.page.mustBeOneOf(names))
}

const Options = v.object({
  executor: v.exactOptional(oneOf(EXECUTOR_WISHES)),
  threads: v.exactOptional(PositiveInteger),
  weights: v.exactOptional(oneOf(['auto', 'f32', 'f16', 'int8', 'int4'])),
  wire: v.exactOptional(oneOf(['auto', 'f32', 'f16', 'int8'])),
  topology: v.exactOptional(oneOf(['auto', 'solo', 'star'])),
  shares: v.exactOptional(
    v.pipe(
      v.string(),
      v.transform((text) => text.split(',')),
      v.array(PositiveInteger),
    ),
  ),
  context: v.exactOptional(PositiveInteger),
  maxDevices: v.exactOptional(
    v.pipe(
      PositiveInteger,
      v.maxValue(16, () => texts.page.mustBeAtMost(16)),
    ),
  ),
})

/** `search` is the address from its `?` on. Throws a `PageRefusal` with the option’s name and value. */
export function systemOptions(search: string): SystemOptions {
  const given = Object.fromEntries(new URLSearchParams(search))
  const result = v.safeParse(Options, given)
  if (!result.success) {
    const [issue] = result.issues
    const name = String(issue.path?.[0]?.key)
    throw new PageRefusal(texts.page.badOption(name, given[name] ?? '', issue.message))
  }
  const { context, ...options } = result.output
  return context === undefined ? options : { ...options, contextLength: context }
}
