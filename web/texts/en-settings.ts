// The words of the answers' settings: for each, its name and one plain sentence.
export const enSettings = {
  heading: 'How answers are made',
  presets: 'Presets',
  preset: {
    model: { name: 'Model’s own', sentence: 'As the makers of this model recommend in its files.' },
    exact: { name: 'Exact', sentence: 'Always the likeliest word: the same question gets the same answer.' },
    balanced: { name: 'Balanced', sentence: 'Mostly likely words with some variety: good for everyday questions.' },
    inventive: { name: 'Inventive', sentence: 'Unlikely words get a chance: good for stories and ideas.' },
  },
  ownNumbers: 'These are your own numbers.',
  systemPrompt: {
    name: 'Instructions',
    sentence: 'Words that the model reads before every conversation, such as who it should be. Empty for none.',
  },
  temperature: {
    name: 'Temperature',
    sentence: 'Higher makes answers more varied, 0 always takes the likeliest word.',
  },
  topP: {
    name: 'Top-p',
    sentence: 'Only the likeliest words that together have this much of the probability may be chosen; 1 allows all.',
  },
  topK: { name: 'Top-k', sentence: 'Only this many of the likeliest words may be chosen; 0 allows all.' },
  minP: {
    name: 'Min-p',
    sentence: 'Words less likely than this part of the likeliest one are left out; 0 leaves out none.',
  },
  repetitionPenalty: {
    name: 'Repetition penalty',
    sentence: 'Above 1, words that have been said already become less likely.',
  },
  maxTokens: {
    name: 'Length',
    sentence: 'An answer ends after this many tokens; a token is about three quarters of a word.',
  },
  seed: {
    name: 'Seed',
    sentence: 'With the same number here, the same question is answered with the same words.',
    none: 'A new one for every answer',
  },
  reset: 'Back to the defaults',
}
