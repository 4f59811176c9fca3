import type { enExecutors } from './en-executors.ts'
import { numbersIn } from './numbers.ts'

const { bytes } = numbersIn('de')

export const deExecutors: typeof enExecutors = {
  executor: 'Rechenwerk',
  answers: 'Antworten',
  prompts: 'Fragen',
  readback: 'Ergebnis da nach',
  rate: (bytesPerSecond) => `${bytes(bytesPerSecond)}/s`,
  none: '–',
  units: 'Gewichte in der Sekunde; die einer Frage zählen einmal für jedes Token.',
  onlyOne: (name) => `Bisher ist nur gemessen: ${name}. Der Rest folgt, wenn der Raum ruht.`,
  onlyOneEver: (name) => `Zahlen gibt es hier nur für: ${name}.`,
  fastestOfAll: (name) => `Am schnellsten von allem Gemessenen liest Fragen und schreibt Antworten: ${name}.`,
  eachItsOwn: (of) =>
    `Fragen liest hier am schnellsten: ${of.prefill}; Antworten schreibt am schnellsten: ${of.decode}. Zusammen wären sie kaum schneller, darum tut eines alles: Bei ${of.readTokens} gelesenen und ${of.writtenTokens} geschriebenen Token ist am ehesten fertig: ${of.both}.`,
  eachPhase: (prefill, decode) =>
    `Fragen liest hier am schnellsten: ${prefill}; Antworten schreibt am schnellsten: ${decode}. Jedes tut seinen Teil, wo der Speicher dieses Geräts seinen Anteil zweimal fasst.`,
  nowBoth: 'Zurzeit arbeiten beide.',
  nowAlone: (name) => `Den jetzigen Anteil hält allein: ${name}.`,
  bothNext: 'Das beginnt mit dem nächsten Anteil, den dieses Gerät lädt.',
  forced: (name) => `Die Adresse dieser Seite verlangt: ${name}.`,
  elseAll: (name) => `Sonst würde nach dem Gemessenen benutzt: ${name}.`,
  elseEach: (prefill, decode) =>
    `Sonst läse nach dem Gemessenen Fragen: ${prefill}; und es schriebe Antworten: ${decode}.`,
  takesOver: 'Der Wechsel kommt mit dem nächsten Anteil, den dieses Gerät lädt, wenn er dort passt.',
}
