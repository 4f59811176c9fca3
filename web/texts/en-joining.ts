// The words of joining: how a room shows itself to others.
export const enJoining = {
  present: {
    open: 'Show on a projector',
    heading: (devices: number) => (devices === 1 ? 'One device so far' : `${devices} devices, one model`),
    headingModel: (devices: number, model: string) =>
      devices === 1 ? `One device runs ${model}` : `${devices} devices run ${model}`,
    close: 'Close',
    invite: 'Scan to join',
    devices: 'Devices',
    conversation: 'Last question and answer',
    encoder: 'This model compares texts: what comes of them is on the leader’s page.',
    shareOf: (percent: number) => `${percent}%`,
  },
}
