// The words of the page for models that embed text.
import { numbersIn } from './numbers.ts'

const { counted, hundredths, percentTenths } = numbersIn('en')

export const enEncoder = {
  heading: 'Text as numbers',
  lead: 'This model does not chat: it turns a text into a vector, so that texts of like meaning lie close together.',
  reading: 'The devices are reading…',
  compareHeading: 'Compare sentences',
  examples: ['A man is eating food.', 'Somebody has a meal.', 'The stars are out tonight.'],
  sentence: (number: number) => `Sentence ${number}`,
  remove: 'Remove',
  removeSentence: (number: number) => `Remove sentence ${number}`,
  compare: 'Compare',
  add: 'Add a sentence',
  likeness: 'How alike the sentences are',
  likenessCaption: 'How alike the sentences are: 1 is the same meaning, 0 nothing in common',
  alike: (most: readonly [number, number], mostValue: number, least: readonly [number, number], leastValue: number) =>
    `Most alike are ${most[0]} and ${most[1]} (${hundredths(mostValue)}), least ${least[0]} and ${least[1]} (${hundredths(leastValue)}).`,
  alikeTwo: (value: number) => `Their likeness is ${hundredths(value)}.`,
  pasteHint: 'Several lines that you paste become a sentence each.',
  insertMask: (mask: string) => `Insert ${mask}`,
  cutOff: (tokens: number) =>
    `The model read only the beginnings: ${counted(tokens, 'token was', 'tokens were')} cut off.`,
  compared: (sentences: number) => `${counted(sentences, 'sentence', 'sentences')} compared.`,
  likenessOf: hundredths,
  guessHeading: 'Guess a word',
  masked: (mask: string) => `A sentence with ${mask} where one word is missing`,
  maskedExample: (mask: string) => `The sky is full of ${mask} tonight.`,
  writeOnce: (mask: string) => `Write ${mask} once.`,
  guess: 'Guess',
  likeliest: (word: string) => `The likeliest word is ${word}.`,
  probability: (share: number) => percentTenths(share),
}
