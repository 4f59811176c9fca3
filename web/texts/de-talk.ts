import type { enReading, enTalk } from './en-talk.ts'

export const deTalk: typeof enTalk = {
  heading: 'Das Gespräch',
  log: 'Das Gespräch des Raums',
  readsAlong: 'Alle im Raum lesen dieses Gespräch mit.',
  asked: (name) => `${name} hat gefragt`,
  leaderAsked: 'Das leitende Gerät hat gefragt',
  brokeOff: 'Diese Antwort brach ab. Am leitenden Gerät kann man noch einmal antworten lassen.',
  empty: 'Noch hat niemand etwas gefragt.',
  ask: 'Das Modell fragen',
  writeQuestion: 'Etwas fragen',
  waiting: (n) => (n === 1 ? 'Eine Frage wartet' : `${n} Fragen warten`),
  next: 'als Nächstes',
  place: (place) => `Platz ${place}`,
  you: 'Du',
  takeBack: (question) => `„${question}“ zurücknehmen`,
  drop: (question, name) => `„${question}“ von ${name} aus der Reihe nehmen`,
  declined: {
    full: 'Zu viele Fragen warten. Frag wieder, wenn einige beantwortet sind.',
    dropped: 'Deine Frage wurde am leitenden Gerät aus der Reihe genommen.',
  },
  toEnd: 'Zur neuesten Zeile',
  askAgain: 'Noch einmal fragen',
  obstacle: {
    away: 'Das leitende Gerät ist nicht erreichbar.',
    noModel: 'Du kannst fragen, sobald das leitende Gerät ein Modell geladen hat.',
    encoder: 'Das Modell des Raums vergleicht Texte: Fragen beantwortet es nicht.',
  },
  watch: {
    heading: 'Du liest mit',
    help: 'Dieses Gerät übernimmt keinen Anteil am Modell: Es zeigt das Gespräch des Raums, und du kannst fragen.',
  },
}

export const deReading: typeof enReading = {
  choose: 'Wähle eines aus der Liste, um es zu lesen.',
  goOn: 'Starte einen Raum, um weiterzumachen.',
}
