import type { enEncoder } from './en-encoder.ts'
import { numbersIn } from './numbers.ts'

const { counted, hundredths, percentTenths } = numbersIn('de')

export const deEncoder: typeof enEncoder = {
  heading: 'Text als Zahlen',
  lead: 'Dieses Modell führt kein Gespräch: Es macht aus einem Text einen Vektor, sodass Texte ähnlichen Sinns nah beieinander liegen.',
  reading: 'Die Geräte lesen…',
  compareHeading: 'Sätze vergleichen',
  examples: ['Ein Mann isst etwas.', 'Jemand nimmt eine Mahlzeit ein.', 'Heute Nacht leuchten die Sterne.'],
  sentence: (number) => `Satz ${number}`,
  remove: 'Entfernen',
  removeSentence: (number) => `Satz ${number} entfernen`,
  compare: 'Vergleichen',
  add: 'Satz hinzufügen',
  likeness: 'Wie ähnlich die Sätze sind',
  likenessCaption: 'Wie ähnlich die Sätze sind: 1 heißt gleicher Sinn, 0 nichts gemeinsam',
  alike: (most, mostValue, least, leastValue) =>
    `Am ähnlichsten sind ${most[0]} und ${most[1]} (${hundredths(mostValue)}), am wenigsten ${least[0]} und ${least[1]} (${hundredths(leastValue)}).`,
  alikeTwo: (value) => `Ihre Ähnlichkeit ist ${hundredths(value)}.`,
  pasteHint: 'Mehrere Zeilen, die du einfügst, werden je ein Satz.',
  insertMask: (mask) => `${mask} einfügen`,
  cutOff: (tokens) =>
    `Das Modell hat nur die Anfänge gelesen: ${counted(tokens, 'Token wurde', 'Token wurden')} abgeschnitten.`,
  compared: (sentences) => `${counted(sentences, 'Satz', 'Sätze')} verglichen.`,
  likenessOf: hundredths,
  guessHeading: 'Ein Wort raten',
  masked: (mask) => `Ein Satz mit ${mask}, wo ein Wort fehlt`,
  maskedExample: (mask) => `Der Himmel ist heute Nacht voller ${mask}.`,
  writeOnce: (mask) => `Schreibe ${mask} einmal.`,
  guess: 'Raten',
  likeliest: (word) => `Das wahrscheinlichste Wort ist ${word}.`,
  probability: (share) => percentTenths(share),
}
