/**
 * Chromium repeats lost packets of sound (NACK) when both sides say so, but does not offer it by itself, and no API asks for
 * it (w3c/webrtc-extensions issue 119): the line is added to the offer. Sections of other media stay as they are.
 */
export function withAudioNack(sdp: string): string {
  return sdp
    .split(/(?=^m=)/m)
    .map((section) => (section.startsWith("m=audio") ? withNack(section) : section))
    .join("");
}

function withNack(section: string): string {
  return section.replace(/^a=rtpmap:(\d+) opus\/48000\/2(\r?\n)/gim, (line, type: string, end: string) =>
    new RegExp(`^a=rtcp-fb:${type} nack\\r?$`, "m").test(section)
      ? line
      : `${line}a=rtcp-fb:${type} nack${end}`,
  );
}
