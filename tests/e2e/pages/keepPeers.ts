/** Runs in the page before its own script. For getStats(): the page itself keeps its connection to itself. */
export function keepPeers(): void {
  const peers: RTCPeerConnection[] = [];
  Object.assign(window, { peers });
  window.RTCPeerConnection = class extends RTCPeerConnection {
    constructor(...configuration: ConstructorParameters<typeof RTCPeerConnection>) {
      super(...configuration);
      peers.push(this);
    }
  };
}
