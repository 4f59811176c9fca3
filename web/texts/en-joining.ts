// The words of joining: how a room shows itself to others, what lending a device means, and what it does while it serves.
import { numbersIn } from './numbers.ts'

const { bytes, counted, milliseconds, percent } = numbersIn('en')

export const enJoining = {
  present: {
    open: 'Show it large',
    heading: (devices: number) => (devices === 1 ? 'One device so far' : `${devices} devices, one model`),
    headingModel: (devices: number, model: string) =>
      devices === 1 ? `One device runs ${model}` : `${devices} devices run ${model}`,
    close: 'Close',
    invite: 'Scan to join',
    devices: 'Devices',
    conversation: 'Last question and answer',
    encoder: 'This model compares texts: what comes of them is on the leader’s page.',
    shareOf: percent,
  },

  terms: {
    compute: 'Computing',
    perSecond: (bytesPerSecond: number) => `${bytes(bytesPerSecond)} a second`,
    computeOn: (executor: string | null) =>
      `of the model’s weights${executor ? ` on its ${executor}` : ''}, only while the room answers`,
    memory: 'Memory',
    memoryBack: 'given back when you leave',
    data: 'Data',
    atMost: (most: number) => `at most ${bytes(most)}`,
    itsShare: 'its share of the model',
    once: (model: string | null) => `downloaded once${model ? `, if the room runs ${model}` : ''}`,
    battery: 'Battery',
    notTold: 'not told by this browser',
    batteryUse: `computing drains it; below ${percent(0.2)} its share about halves, unless it charges`,
  },

  cannotJoin: {
    insecure: {
      heading: 'This address is not secure',
      help: 'Browsers switch off encryption and computing on plain http. Ask for the room’s https link and open that.',
    },
    'no-channels': {
      heading: 'This browser cannot compute with other devices',
      help: 'It has no WebRTC data channels, or they are switched off. It can still read along and ask: that goes through the page’s server, encrypted so that the server cannot read it. To take a share, open the link in a current Chrome, Edge, Firefox or Safari.',
    },
    'cannot-compute': {
      heading: 'This device cannot compute',
      help: 'Its browser has neither WebGPU nor fast WebAssembly. It can still be in the room, read along and ask.',
    },
    'no-memory': {
      heading: 'This device has no memory to give',
      help: 'Close other tabs and reload the page, or be in the room without a share: read along and ask.',
    },
    watch: 'Watch the room',
  },

  install: {
    heading: 'Keep Headroom among your apps',
    why: 'It then opens from the home screen, also without network, and reads codes with its own scanner.',
    byHand: 'Tap the browser’s Share button, then “Add to Home Screen”.',
    install: 'Install',
    notNow: 'Not now',
    understood: 'Understood',
  },

  waiting: {
    nobodyYet: 'Nobody else is here. Let somebody scan this code.',
    typeWords: 'Type the words',
    secureAddress: 'Open the secure address',
  },

  serving: {
    holds: 'What this device holds',
    ofLayers: (n: number) => `of ${counted(n, 'layer', 'layers')}`,
    tokenHeading: 'Its part of each token',
    noToken: 'As soon as the room answers, you see here how much of each token is worked out on this device.',
    computes: (ms: number, share: number) =>
      `${milliseconds(ms)} a token worked out here, ${percent(share)} of its time`,
    waits: (ms: number) => `${milliseconds(ms)} waiting for the other devices and the network`,
    tokenShares: (tokens: number, ownMs: number, stepMs: number) =>
      `The last ${counted(tokens, 'token', 'tokens')}: ${milliseconds(ownMs)} of ${milliseconds(stepMs)} each worked out on this device`,
    tokens: 'Tokens served',
    sent: 'Sent and received',
    downloaded: 'Downloaded for its share',
    battery: 'Battery',
    batteryLevel: (share: number, charging: boolean) => `${percent(share)}, ${charging ? 'charging' : 'not charging'}`,
    temperature: 'Temperature',
    notTold: 'this browser does not tell',
    pause: 'Pause',
    resume: 'Serve again',
    paused: 'This device is paused',
    pausedHelp: 'The others carry its share. It stays in the room and serves again when you say so.',
    startedBy: (name: string) => `The room was started by ${name}.`,
  },
}
