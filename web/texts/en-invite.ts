// The words of an invitation.

export const enInvite = {
  scan: 'Scan with a phone’s camera, on the same Wi-Fi. From across the room, show it large. Whoever has the link can join.',
  code: 'QR code of the room’s link',
  onlyHere: 'Only this computer can open the link',
  onlyHereHelp:
    'The server has no address on a local network. Connect to Wi-Fi and start it again without --host 127.0.0.1.',
  link: 'Link to this room',
  copy: 'Copy link',
  copied: 'Copied',
  linkCopied: 'Link copied',
  share: 'Share',
  shareTitle: 'Join my room on Headroom',
  copyRefused: 'The browser did not let the page copy: the link is selected, press Ctrl+C.',
  address: 'Address guests use',
  addressOf: (host: string, name: string) => `${host} (${name})`,
  thisAddress: 'this page’s address',
  addressHelp: 'If the code does not open on a phone, try the next address: it must be the one on the phone’s Wi-Fi.',
  warning: 'Phones will show a warning once',
  warningHelp:
    'The server made its own certificate, which browsers do not know yet. On Android tap “Advanced”, then “Proceed”; on an iPhone tap “Show Details”, then “visit this website”. Installing the page and opening it offline need a certificate that browsers trust.',
}
