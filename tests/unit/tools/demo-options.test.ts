import { expect, test } from 'vitest'
import { parseDemoOptions } from '../../../tools/demo-options.ts'

const parse = (...argv: string[]) =>
  parseDemoOptions(argv, (message) => {
    throw new Error(message)
  })

test('without options: two tabs, a chat message, greedy', () => {
  expect(parse()).toMatchObject({ tabs: 2, maxTokens: 48, temperature: 0, seed: 1, wire: 'auto', json: false })
  expect(parse().input).toMatchObject({ messages: [{ role: 'user' }] })
})

test('input is a message, text as it stands, or token ids', () => {
  expect(parse('--prompt', 'Hi').input).toEqual({ messages: [{ role: 'user', content: 'Hi' }] })
  expect(parse('--raw', '').input).toEqual({ text: '' })
  expect(parse('--tokens', '1,22,333').input).toEqual({ tokens: [1, 22, 333] })
})

test('texts to embed come in order, a masked text alone, token types and a mask with their ids', () => {
  expect(parse('--embed', 'one', '--embed', '--two').input).toEqual({ embed: ['one', '--two'] })
  expect(parse('--fill-mask', 'A [MASK].').input).toEqual({ fillMask: 'A [MASK].' })
  expect(parse('--tokens', '1,2', '--token-types', '0,1', '--attention-mask', '1,0', '--dump', 'x').input).toEqual({
    tokens: [1, 2],
    tokenTypes: [0, 1],
    attentionMask: [1, 0],
  })
})

test.each([
  [['--prompt', 'a', '--raw', 'b'], /conflict|cannot be used/],
  [['--raw', 'a', '--tokens', '1'], /conflict|cannot be used/],
  [['--topology', 'solo', '--tabs', '2'], /solo is one device, but --tabs is 2/],
  [['--topology', 'star', '--tabs', '1'], /at least two tabs/],
  [['--shares', '2,1', '--tabs', '3'], /names 2 tabs, but --tabs is 3/],
  [['--weights', 'f32', '--wire', 'f16'], /implies --wire f32/],
  [['--shares', '2,0'], /positive integers/],
  [['--tokens', '1,-2'], /whole numbers/],
  [['--tabs', '0'], /from 1 to 16/],
  [['--tabs', '2.5'], /whole number/],
  [['--max-tokens', '-1'], /whole number/],
  [['--temperature', 'warm'], /number from 0/],
  [['--executor', 'quantum'], /Allowed choices/],
  [['--embed', 'a', '--tokens', '1'], /cannot be used/],
  [['--embed', 'a', '--fill-mask', 'b'], /cannot be used/],
  [['--fill-mask', 'a', '--fill-mask', 'b', '--raw', 'c'], /cannot be used/],
  [['--token-types', '0'], /goes with --tokens/],
  [['--raw', 'a', '--attention-mask', '1'], /goes with --tokens/],
  [['--tokens', '1,2', '--token-types', '0'], /1 numbers for the 2 of --tokens/],
  [['--tokens', '1,2', '--attention-mask', '1,1,1'], /3 numbers for the 2/],
  [['--embed', 'a', '--dump', 'x'], /--dump goes with --tokens/],
  [['--embed', 'a', '--max-tokens', '8'], /--max-tokens is for models that generate/],
  [['--fill-mask', 'a', '--ignore-eos'], /--ignore-eos is for models that generate/],
  [['--unheard-of'], /unknown option/],
  [['surplus'], /too many arguments/],
])('%j is an error, not a guess', (argv, words) => {
  expect(() => parse(...argv)).toThrow(words)
})
