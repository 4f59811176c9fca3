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
  [['--unheard-of'], /unknown option/],
  [['surplus'], /too many arguments/],
])('%j is an error, not a guess', (argv, words) => {
  expect(() => parse(...argv)).toThrow(words)
})
