// The words of choosing a model by whether it fits, and of downloads.
import { numbersIn } from './numbers.ts'

const { bytes, count, counted, milliseconds, tenths } = numbersIn('en')

export const enDownloads = {
  fit: {
    ask: 'Does it fit?',
    reading: 'Reading what the model needs…',
    fits: 'It fits this room',
    fitsNot: 'It does not fit this room',
    sizes: (modelBytes: number, offeredBytes: number) =>
      `The model’s files have ${bytes(modelBytes)}; the devices here give ${bytes(offeredBytes)}.`,
    missing: (missingBytes: number) => `${bytes(missingBytes)} are missing.`,
    speed: (tokensPerSecond: number) =>
      `About ${tokensPerSecond < 10 ? tenths(tokensPerSecond) : count(tokensPerSecond)} tokens a second, from what these devices and the ways between them were measured at.`,
    noRoundTrip: (device: string, computeMs: number) =>
      `How fast is not known yet: the way to ${device} is not measured. The arithmetic alone takes ${milliseconds(computeMs)} a token.`,
    noReadback: (device: string, computeMs: number) =>
      `How fast is not known yet: ${device} has not measured how soon its results can be read. The arithmetic alone takes ${milliseconds(computeMs)} a token.`,
    shares: 'What each device would hold',
    share: (memoryBytes: number, offeredBytes: number) => `${bytes(memoryBytes)} of ${bytes(offeredBytes)}`,
    held: {
      f32: 'Its weights would be held as 32-bit numbers.',
      f16: 'Its weights would be held as 16-bit numbers, so that they fit.',
      int8: 'Its weights would be held as 8-bit numbers, so that they fit.',
      int4: 'Its weights would be held as 4-bit numbers, so that they fit; answers get worse by that.',
    },
    remedies: 'What would do',
    noRemedy: 'More devices like these would not help. Choose a smaller model.',
    startElsewhere: (device: string) => `Start the room on ${device}, which has the most memory.`,
    moreDevices: (devices: number, like: string, memoryBytes: number) =>
      `Let ${counted(devices, 'more device', 'more devices')} like ${like} join (${bytes(memoryBytes)} each).`,
    shorterContext: (positions: number) =>
      `Open the page anew with room for ${count(positions)} tokens: it remembers less of a conversation.`,
    smallerWeights: { int8: 'Load it with 8-bit weights', int4: 'Load it with 4-bit weights' },
  },

  hubSearch: {
    label: 'Search',
    example: 'smollm2 instruct',
    search: 'Search',
    searching: 'Asking…',
    nothing: 'Nothing was found whose weights can be read here. Try fewer words.',
    found: (repositories: number) => `${counted(repositories, 'repository', 'repositories')} found.`,
    downloads: (times: number) => `${counted(times, 'download', 'downloads')} a month`,
    license: (name: string) => `licence ${name}`,
    noLicense: 'no licence named',
    gated: 'needs a token',
    filesOf: (repository: string) => `Models in ${repository}`,
    nothingInside: 'Nothing in it can be run here: it has neither GGUF files nor safetensors with a config.json.',
    checkpoint: 'All of it (safetensors)',
    unreadable: 'cannot be read here yet',
    noSize: 'size not known',
    back: 'Back to what was found',
    byName: 'Or by its name',
  },

  loading: {
    choose: 'Choose a model',
    loadNamed: (model: string, sizeBytes: number | null) =>
      sizeBytes === null ? `Load ${model}` : `Load ${model}, ${bytes(sizeBytes)}`,
    another: 'Another model',
    rate: (bytesPerSecond: number) => `${bytes(bytesPerSecond)}/s`,
    left: (seconds: number) =>
      seconds < 60
        ? `about ${counted(Math.max(1, Math.ceil(seconds)), 'second', 'seconds')} left`
        : `about ${counted(Math.round(seconds / 60), 'minute', 'minutes')} left`,
    paused: 'Paused. What has come is kept.',
    held: {
      heading: 'The download is paused',
      help: 'The leader paused it. What has come stays on this device, and it goes on from there when the leader says so.',
    },
    pause: 'Pause',
    resume: 'Go on',
    leaveOut: 'Go on without it',
    leaveOutNamed: (device: string) => `Go on without ${device}`,
    failedOn: (device: string) => `${device} could not take its share`,
    wentOn: 'The room goes on without it.',
    stands: 'The others cannot hold this model without it: the room has none now. Or choose another model.',
    tryAgain: (device: string) => `Try again with ${device}`,
    smaller: 'Try with 4-bit weights',
    leftOut: (device: string) => `${device} was left out`,
    takingOver: 'The others are taking over its share.',
    freeSpace: 'Free space',
    /** What a guest can do: only the leader chooses models. */
    ownMemoryFull:
      'Close other tabs and apps, then reload this page. Or pause this device and read along, or ask the leader for a smaller model.',
    lastTime: {
      named: (model: string, bits: number | null) =>
        `The last model here was ${model}${bits === null ? '' : `, with ${bits}-bit weights`}.`,
      file: (name: string) =>
        `The last model here was ${name}, from this device. A page cannot open a file by itself: choose it again.`,
    },
  },

  screen: {
    kept: {
      asking: 'Keep this page in front.',
      held: 'Keep this page in front: the screen stays on meanwhile.',
      refused:
        'The browser does not keep the screen on, as on a low battery. Touch it now and then: a sleeping device leaves the room.',
      absent:
        'This browser cannot keep the screen on. Let it sleep late in the device’s settings: a sleeping device leaves the room.',
    },
    dimmed: 'Dimmed to save power',
    wake: 'Touch to wake',
  },

  noAnswer: {
    heading: 'Nobody answers',
    help: 'The leader’s device has been silent for 20 seconds. The room has probably ended: ask for a new link.',
  },
}
