// The page's words in English. This catalogue is the type: every other one has its keys. Sentences are whole, so that other languages
// may order them otherwise; what depends on a value is a function of it.
import { enChat } from './en-chat.ts'
import { enErrors } from './en-errors.ts'
import { enJoining } from './en-joining.ts'
import { enKept } from './en-kept.ts'
import { numbersIn } from './numbers.ts'

/** Every language has these keys, with functions of the same arguments. */
export type Texts = typeof en

const numbers = numbersIn('en')
const { bytes, counted, milliseconds, percent, ranged } = numbers

/** "heads 4–6", "head 4", "no heads": both numbers are counted from 0 and held. */
function span(one: string, many: string) {
  return (start: number, end: number) => (end <= start ? `no ${many}` : ranged({ start, end }, one, many))
}

export const en = {
  language: 'en',
  numbers,
  errors: enErrors,
  chat: enChat,
  kept: enKept,

  page: {
    cancel: 'Cancel',
    dismiss: 'Dismiss',
    tryAgain: 'Try again',
    details: 'Details',
    roomTitle: (devices: number) => `Room of ${devices} · Headroom`,
    endRoom: 'End room',
    endForEverybody: 'End it for everybody',
    newVersion: 'A new version is here',
    reloadCost: 'After reloading, this device comes back into the room; a running answer ends.',
    reload: 'Reload',
    onItsWay: 'One moment…',
    partMissing: 'A part of the page is missing',
    partMissingHelp: 'It could not be fetched. Check the network, then reload the page.',
    couldNotStart: 'The page could not start',
    stillInRoom: 'This device is still in a room. Leave it before you go elsewhere.',
    notInRoom: 'This device is no longer in the room.',
    badProtocol: 'A room’s link starts with https:// or http://. Copy the whole link again.',
    badOption: (name: string, value: string, mustBe: string) =>
      `The address asks for ${name}=${value}: ${mustBe}. Correct it, or open the page without options.`,
    mustBePositive: 'must be a positive integer',
    mustBeOneOf: (names: readonly string[]) => `must be one of ${names.join(', ')}`,
    mustBeAtMost: (most: number) => `must be ${most} or less`,
  },

  start: {
    heading: 'One language model, carried by everyone’s devices',
    lead: 'Start a room, let people scan its code, and every phone and laptop takes a share of the model. What you write stays between the devices in the room, and everybody in it reads along.',
    start: 'Start a room',
    starting: 'Starting…',
    firstModel: ({ name, sizeBytes, listed }: { name: string; sizeBytes: number | null; listed: boolean }) =>
      `Model: ${name}${sizeBytes === null ? '' : `, ${bytes(sizeBytes)}`}, ${listed ? 'from this server' : 'as last time'}. You can choose another in the room.`,
    notSecure: 'This address is not secure',
    notSecureHelp:
      'Browsers switch off the GPU, storage and encryption on plain http. Open the https address that the server printed at its start.',
    haveLink: 'Have a link to a room, or its twelve words?',
    linkExample: 'https://… or twelve words',
    open: 'Open',
  },

  join: {
    comingBack: 'Coming back to the room…',
    heading: 'Lend this device to the room',
    lead: 'Somebody near you runs a language model on several devices at once. Join, and this one carries a share of it.',
    downloads: (model: { name: string; sizeBytes: number } | null) =>
      `It downloads only its share${model ? ` of ${model.name} (${bytes(model.sizeBytes)} in all), if the room runs that one` : ''}, from the server on this Wi-Fi or the leader’s device. A public hub is asked only if the leader names a model there.`,
    keepOpen: 'Keep this page open in front while it is in.',
    private:
      'You read the room’s conversation and may ask, too; everybody in the room can read what you ask. You can leave at any time.',
    join: 'Join',
    joining: 'Joining…',
    ended: 'This room has ended for this device',
    outOfReach: 'The room is out of reach',
    joinAgain: 'Join again',
    backToStart: 'Back to the start',
  },

  device: {
    thisDevice: 'This device',
    measuring: 'Measuring what it can do…',
    notMeasured: 'Not measured.',
    name: 'Name',
    computesOn: 'Computes on',
    withThreads: (executor: string, threads: number) => `${executor}, ${counted(threads, 'thread', 'threads')}`,
    measuredSpeed: 'Measured speed',
    memoryToGive: 'Memory to give',
    upTo: (memoryBytes: number) => `up to ${bytes(memoryBytes)}`,
    figures: 'What was measured',
    executors: {
      webgpu: 'GPU (WebGPU)',
      wasm: 'CPU (WebAssembly)',
      'tfjs-webgl': 'TensorFlow.js (WebGL, slow)',
      'tfjs-wasm': 'TensorFlow.js (WebAssembly, slow)',
      'tfjs-cpu': 'TensorFlow.js (JavaScript, slow)',
      reference: 'CPU (reference, slow)',
    },
    /** Bytes of weights that the device reads a second. */
    speed: (bytesPerSecond: number) => `${bytes(bytesPerSecond)}/s weights`,
    away: (rttMs: number) => `${milliseconds(rttMs)} away`,
    leadersDevice: 'The leader’s device',
    aDevice: 'A device',
    you: 'you',
    leader: 'leader',
    status: {
      lost: 'Lost',
      connecting: 'Connecting',
      measuring: 'Measuring',
      loading: 'Loading',
      ready: 'Ready',
      waiting: 'Waiting',
      connected: 'Connected',
      failed: 'Failed',
      paused: 'Paused',
      watching: 'Reads along',
    },
    remove: 'Remove this device',
    removeNamed: (name: string) => `Remove ${name}`,
    loads: (name: string) => `${name} loads its share`,
    loaded: (loadedBytes: number, totalBytes: number, downloadedBytes: number) =>
      `${bytes(loadedBytes)} of ${bytes(totalBytes)}, ${bytes(downloadedBytes)} downloaded`,
    /** Programs that a GPU compiles before it can compute. */
    preparing: (ready: number, all: number) => `The GPU is getting ready: ${ready} of ${all} programs`,
    heads: span('head', 'heads'),
    kvHeads: span('KV head', 'KV heads'),
    columns: span('column', 'columns'),
    vocabularyRows: span('vocabulary row', 'vocabulary rows'),
    headsDiffer: 'heads differ by layer',
    columnsDiffer: 'columns differ by layer',
    devices: (n: number) => counted(n, 'device', 'devices'),
    thisAndLeader: 'This device and the leader’s',
    inAll: (weightBytes: number) => `${bytes(weightBytes)} in all`,
    shares: (shares: readonly { name: string | null; share: number }[]) =>
      `Shares of the weights: ${shares.map(({ name, share }) => `${name ?? 'a device'} ${percent(share)}`).join(', ')}`,
  },

  guest: {
    looking: 'Looking for the room’s leader',
    lookingHelp: 'This takes a moment. If the leader’s device is gone, wait for it or leave.',
    headings: {
      lobby: 'You are in the room',
      loading: 'Fetching this device’s share',
      ready: 'Ready to answer',
      generating: 'Working on an answer',
      recovering: 'A device went away',
      failed: 'The room has a problem',
    },
    theModel: 'the model',
    /** By what the room is doing with the model of this name. */
    words: {
      lobby: () => 'Nothing to do here: the leader picks a model, then this device gets its share.',
      loading: (model: string) => `Only what this device will compute of ${model} is downloaded.`,
      ready: (model: string) => `As soon as somebody asks something, this device works on ${model} with the others.`,
      generating: (model: string) => `Every token of the answer takes this device’s part of ${model}.`,
      recovering: () => 'The others share the model anew; this device may get a larger part.',
      failed: () => 'The leader can load the model again.',
    },
    ofTheWeights: 'of the model’s weights are on this device.',
    leave: 'Leave',
    leaveRoom: 'Leave the room',
  },

  room: {
    heading: 'Your room',
    show: 'Show',
    roomTab: (devices: number) => `Room (${devices})`,
    chatTab: 'Chat',
    textsTab: 'Texts',
    invite: 'Invite devices',
    serverAway: 'The server is out of reach',
    serverAwayHelp:
      'Devices that are here stay connected; new ones cannot join until it answers again. It is looked for every few seconds.',
    tryServer: 'Try now',
    tryingServer: 'Trying…',
    loadAgain: 'Load it again',
    planning: 'Working out who takes which share…',
    fetching: 'Every device fetches its share',
    ofBytes: (loadedBytes: number, totalBytes: number) => `${bytes(loadedBytes)} of ${bytes(totalBytes)}`,
    allShares: 'All devices’ shares',
    /** Why nothing can be sent to the model now. */
    obstacle: {
      lobby: 'Load a model first.',
      loading: 'You can send as soon as every device holds its share.',
      recovering: 'The room is sharing the model anew.',
      failed: 'Load a model again first.',
    },
  },

  rooms: {
    heading: 'Rooms used before',
    startedBy: (name: string | null) => (name === null ? 'A room' : `Started by ${name}`),
    startedHere: 'Started on this device',
    ended: 'has ended',
    startAgain: 'Start again',
    startAgainWith: (model: string) => `Start again with ${model}`,
    forget: (moment: string) => `Forget the room of ${moment}`,
  },

  scanner: {
    scan: 'Join with a code',
    heading: 'Scan a room’s code',
    seeing: {
      opening: 'Waiting for the camera: allow it when the browser asks.',
      looking: 'Hold the code of a room before the camera.',
      strange: 'This code is not a room’s. Hold another one before the camera.',
    },
    cannot: {
      refused: {
        heading: 'The camera is not allowed',
        help: 'Allow it for this address in the browser’s settings, or type the room’s twelve words.',
      },
      missing: { heading: 'This device has no camera', help: 'Type the room’s twelve words or its link.' },
      busy: {
        heading: 'The camera does not open',
        help: 'Close whatever else uses it and try again, or type the room’s twelve words.',
      },
    },
  },

  words: {
    summary: 'No camera? Join by twelve words',
    help: (host: string) => `On the other device, open ${host}, then type these words there:`,
  },

  ...enJoining,

  foot: {
    nothingKept: 'Nothing downloaded is kept on this device.',
    offline: 'Opens offline.',
    offlineRefused: 'Does not open offline: the browser refused, as it does where a server made its own certificate.',
    version: (version: string) => `Headroom ${version}`,
  },
}
