// The words of an invitation in German.
import type { enInvite } from './en-invite.ts'

export const deInvite: typeof enInvite = {
  scan: 'Mit der Kamera eines Telefons im selben WLAN scannen. Von weiter hinten im Raum: groß zeigen. Wer den Link hat, kann beitreten.',
  code: 'QR-Code mit dem Link zum Raum',
  onlyHere: 'Nur dieser Computer kann den Link öffnen',
  onlyHereHelp:
    'Der Server hat keine Adresse in einem lokalen Netz. Verbinde ihn mit dem WLAN und starte ihn noch einmal ohne --host 127.0.0.1.',
  link: 'Link zu diesem Raum',
  copy: 'Link kopieren',
  copied: 'Kopiert',
  linkCopied: 'Link kopiert',
  share: 'Teilen',
  shareTitle: 'Komm in meinen Raum auf Headroom',
  copyRefused: 'Der Browser hat das Kopieren nicht erlaubt: Der Link ist markiert, drücke Strg+C.',
  address: 'Adresse für Gäste',
  addressOf: (host, name) => `${host} (${name})`,
  thisAddress: 'die Adresse dieser Seite',
  addressHelp:
    'Öffnet ein Telefon den Code nicht, versuche die nächste Adresse: Es muss die im WLAN des Telefons sein.',
  warning: 'Telefone zeigen einmal eine Warnung',
  warningHelp:
    'Der Server hat sein Zertifikat selbst gemacht, das kennen Browser noch nicht. Tippe unter Android auf „Erweitert“, dann auf „Weiter“; auf einem iPhone auf „Details einblenden“, dann auf „diese Website besuchen“. Um die Seite zu installieren und offline zu öffnen, braucht es ein Zertifikat, dem Browser vertrauen.',
}
