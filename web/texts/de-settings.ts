// The words of the answers' settings in German.
import type { enSettings } from './en-settings.ts'

export const deSettings: typeof enSettings = {
  heading: 'Wie Antworten entstehen',
  presets: 'Voreinstellungen',
  preset: {
    model: { name: 'Modell', sentence: 'So, wie es die Macher des Modells in seinen Dateien empfehlen.' },
    exact: { name: 'Genau', sentence: 'Immer das wahrscheinlichste Wort: Auf dieselbe Frage kommt dieselbe Antwort.' },
    balanced: {
      name: 'Ausgewogen',
      sentence: 'Meist wahrscheinliche Wörter mit etwas Abwechslung: gut für Alltagsfragen.',
    },
    inventive: {
      name: 'Einfallsreich',
      sentence: 'Auch seltene Wörter bekommen eine Chance: gut für Geschichten und Ideen.',
    },
  },
  ownNumbers: 'Das sind deine eigenen Zahlen.',
  systemPrompt: {
    name: 'Anweisungen',
    sentence: 'Worte, die das Modell vor jedem Gespräch liest, etwa wer es sein soll. Leer für keine.',
  },
  temperature: {
    name: 'Temperatur',
    sentence: 'Höher macht Antworten abwechslungsreicher, 0 nimmt immer das wahrscheinlichste Wort.',
  },
  topP: {
    name: 'Top-p',
    sentence:
      'Nur die wahrscheinlichsten Wörter, die zusammen so viel der Wahrscheinlichkeit haben, stehen zur Wahl; 1 erlaubt alle.',
  },
  topK: { name: 'Top-k', sentence: 'Nur so viele der wahrscheinlichsten Wörter stehen zur Wahl; 0 erlaubt alle.' },
  minP: {
    name: 'Min-p',
    sentence: 'Wörter, die unwahrscheinlicher sind als dieser Teil des wahrscheinlichsten, fallen weg; bei 0 keine.',
  },
  repetitionPenalty: {
    name: 'Wiederholungsstrafe',
    sentence: 'Über 1 werden Wörter unwahrscheinlicher, die schon gefallen sind.',
  },
  maxTokens: {
    name: 'Länge',
    sentence: 'Nach so vielen Token endet eine Antwort; ein Token ist ein Wort oder ein Teil davon.',
  },
  seed: {
    name: 'Startwert',
    sentence: 'Mit derselben Zahl wird dieselbe Frage mit denselben Worten beantwortet.',
    none: 'Für jede Antwort ein neuer',
  },
  reset: 'Zurück zu den Vorgaben',
}
