/** Has this browser a way to other devices? Some have WebRTC switched off, by their people, a policy or a lockdown. */
export function hasDataChannels(): boolean {
  return 'RTCPeerConnection' in globalThis && 'createDataChannel' in RTCPeerConnection.prototype
}
