// The failures in German.
import type { enErrors } from './en-errors.ts'

export const deErrors: typeof enErrors = {
  aborted: { headline: 'Angehalten', advice: 'Du kannst jederzeit neu beginnen.' },
  'bad-input': { headline: 'Das geht so nicht', advice: 'Ändere die Angabe und versuche es noch einmal.' },
  'bad-link': {
    headline: 'Dieser Link führt in keinen Raum',
    advice: 'Scanne den Code oder kopiere den ganzen Link noch einmal.',
  },
  'bad-message': {
    headline: 'Die Geräte verstehen einander nicht',
    advice: 'Vielleicht haben sie verschiedene Fassungen dieser Seite: Lade sie auf allen neu.',
  },
  'device-lost': { headline: 'Der Grafikprozessor ist ausgefallen', advice: 'Lade das Modell noch einmal.' },
  'download-failed': {
    headline: 'Der Download ist abgebrochen',
    advice: 'Prüfe das Netz und versuche es noch einmal.',
  },
  internal: {
    headline: 'In der Seite ist etwas schiefgegangen',
    advice: 'Lade die Seite neu; ein Raum nimmt dieses Gerät wieder auf.',
  },
  'kernels-stopped': {
    headline: 'Ein Gerät hat aufgehört zu rechnen',
    advice: 'Lade das Modell noch einmal; hilft das nicht, lade die Seite neu.',
  },
  'lane-stalled': {
    headline: 'Eine Verbindung steht still',
    advice: 'Bringe die Geräte näher ans WLAN und versuche es noch einmal.',
  },
  'model-corrupt': {
    headline: 'Die Datei des Modells ist beschädigt',
    advice: 'Lade sie noch einmal herunter oder wähle eine andere.',
  },
  'model-format': {
    headline: 'Diese Datei ist kein Modell, das der Raum lesen kann',
    advice: 'Wähle eine andere Datei.',
  },
  'model-not-found': {
    headline: 'Dieses Modell gibt es nicht',
    advice: 'Prüfe den Namen oder wähle eines aus der Liste.',
  },
  'model-unsupported': {
    headline: 'Dieses Modell läuft hier noch nicht',
    advice: 'Wähle ein anderes Modell oder Format.',
  },
  'no-executor': {
    headline: 'Dieser Browser kann nicht rechnen',
    advice: 'Öffne den Link in einem aktuellen Chrome, Edge, Firefox oder Safari.',
  },
  'out-of-memory': {
    headline: 'Der Arbeitsspeicher dieses Geräts ist voll',
    advice: 'Schließe andere Tabs oder lass den Raum ein kleineres Modell nehmen.',
  },
  'peer-lost': {
    headline: 'Ein Gerät hat den Raum verlassen',
    advice: 'Versuche es noch einmal: Die anderen übernehmen seinen Anteil.',
  },
  'peer-shape': {
    headline: 'Ein Gerät hat etwas in falscher Größe geschickt',
    advice: 'Lade die Seite auf allen Geräten neu, damit sie dieselbe Fassung haben.',
  },
  'peer-unreachable': {
    headline: 'Das andere Gerät ist nicht erreichbar',
    advice: 'Bringe beide Geräte ins selbe WLAN und versuche es noch einmal.',
  },
  'plan-impossible': {
    headline: 'Das Modell passt nicht in diesen Raum',
    advice: 'Lade weitere Geräte ein oder wähle ein kleineres Modell.',
  },
  'room-ended': {
    headline: 'Der Raum ist beendet',
    advice: 'Bitte um einen neuen Link oder starte selbst einen Raum.',
  },
  'room-full': {
    headline: 'Der Raum ist voll',
    advice: 'Warte, bis ein Gerät gegangen ist, und versuche es noch einmal.',
  },
  'server-refused': {
    headline: 'Der Server hat abgelehnt',
    advice: 'Warte einen Moment und versuche es noch einmal.',
  },
  'signaling-down': {
    headline: 'Der Server antwortet nicht',
    advice: 'Prüfe das WLAN und ob der Server läuft, dann versuche es noch einmal.',
  },
  'storage-full': {
    headline: 'Der Speicherplatz dieses Geräts ist voll',
    advice: 'Lösche unten auf der Seite Downloads oder schaffe Platz auf dem Gerät.',
  },
  'token-needed': {
    headline: 'Dieses Modell ist zugangsbeschränkt',
    advice: 'Gib ein Token ein, das es lesen darf, und lade es noch einmal.',
  },
  'version-mismatch': {
    headline: 'Die Geräte haben verschiedene Versionen der Seite',
    advice: 'Lade die Seite auf beiden neu.',
  },
}
