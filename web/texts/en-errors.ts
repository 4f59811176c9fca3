// What an expected failure means for somebody who reads the page, by its code: what happened, and the one thing to do. The error's own
// message has the values; the page shows it beneath.
import type { ErrorCode } from '../../src/index.ts'

export interface ErrorWords {
  headline: string
  advice: string
}

export const enErrors: Readonly<Record<ErrorCode, ErrorWords>> = {
  aborted: { headline: 'Stopped', advice: 'Start it again whenever you like.' },
  'bad-input': { headline: 'This cannot be done', advice: 'Change what you asked for, then try again.' },
  'bad-link': { headline: 'This link leads to no room', advice: 'Scan the code or copy the whole link again.' },
  'bad-message': {
    headline: 'The devices do not understand each other',
    advice: 'They may have different versions of this page: reload it on all of them.',
  },
  'device-lost': { headline: 'The graphics processor went away', advice: 'Load the model again.' },
  'download-failed': { headline: 'The download broke off', advice: 'Check the network, then try again.' },
  internal: { headline: 'Something broke in the page', advice: 'Reload the page; a room takes this device back.' },
  'kernels-stopped': {
    headline: 'A device stopped computing',
    advice: 'Load the model again; if that fails, reload the page.',
  },
  'lane-stalled': {
    headline: 'A connection stands still',
    advice: 'Bring the devices nearer to the Wi-Fi, then try again.',
  },
  'model-corrupt': { headline: 'The model’s file is damaged', advice: 'Fetch it again, or choose another file.' },
  'model-format': { headline: 'This file is no model the room can read', advice: 'Choose another file.' },
  'model-not-found': { headline: 'There is no such model', advice: 'Check its name, or choose one from the list.' },
  'model-unsupported': { headline: 'This model cannot be run yet', advice: 'Choose another model or format.' },
  'no-executor': {
    headline: 'This browser cannot compute',
    advice: 'Open the link in a current Chrome, Edge, Firefox or Safari.',
  },
  'out-of-memory': {
    headline: 'This device’s memory is full',
    advice: 'Close other tabs, or let the room run a smaller model.',
  },
  'peer-lost': { headline: 'A device left the room', advice: 'Try again: the others take over its share.' },
  'peer-shape': {
    headline: 'A device sent something of the wrong size',
    advice: 'Reload the page on all devices, so that they have the same version.',
  },
  'peer-unreachable': {
    headline: 'The other device cannot be reached',
    advice: 'Put both devices into the same Wi-Fi, then try again.',
  },
  'plan-impossible': {
    headline: 'The model does not fit this room',
    advice: 'Invite more devices, or choose a smaller model.',
  },
  'room-ended': { headline: 'The room has ended', advice: 'Ask for a new link, or start a room yourself.' },
  'room-full': { headline: 'The room is full', advice: 'Wait until a device has left, then try again.' },
  'server-refused': { headline: 'The server refused', advice: 'Wait a moment, then try again.' },
  'signaling-down': {
    headline: 'The server does not answer',
    advice: 'Check the Wi-Fi and that the server runs, then try again.',
  },
  'storage-full': {
    headline: 'This device’s storage is full',
    advice: 'Delete downloads at the bottom of the page, or free space on the device.',
  },
  'token-needed': { headline: 'This model is gated', advice: 'Enter a token that may read it, then load it again.' },
  'version-mismatch': {
    headline: 'The devices have different versions of the page',
    advice: 'Reload the page on both.',
  },
}
