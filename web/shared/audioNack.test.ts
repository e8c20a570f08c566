import { expect, test } from "vitest";
import { withAudioNack } from "./audioNack";

const head = "v=0\r\no=- 1 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\na=group:BUNDLE 0 1 2\r\n";
const audio = (mid: number, more = ""): string =>
  `m=audio 9 UDP/TLS/RTP/SAVPF 111 63\r\na=mid:${mid}\r\na=rtpmap:111 opus/48000/2\r\n${more}a=fmtp:111 minptime=10;useinbandfec=1\r\n` +
  "a=rtpmap:63 red/48000/2\r\na=fmtp:63 111/111\r\n";
const video =
  "m=video 9 UDP/TLS/RTP/SAVPF 96\r\na=mid:1\r\na=rtpmap:96 VP8/90000\r\na=rtcp-fb:96 nack pli\r\n";
const nack = "a=rtcp-fb:111 nack\r\n";

test("every m-line of sound asks for lost packets, no other one does", () => {
  expect(withAudioNack(head + audio(0) + video + audio(2))).toBe(
    head + audio(0, nack) + video + audio(2, nack),
  );
});

test("a browser that offers it by itself keeps its offer", () => {
  const offer = head + audio(0, nack) + video + audio(2, nack);
  expect(withAudioNack(offer)).toBe(offer);
});

test("another feedback that begins alike is another one", () => {
  const offer = withAudioNack(head + audio(0, "a=rtcp-fb:111 nack pli\r\n"));
  expect(offer).toContain(nack);
  expect(offer).toContain("a=rtcp-fb:111 nack pli\r\n");
});

test("payload types are the browser's, lines may end without CR, and Opus may be written large", () => {
  expect(withAudioNack("v=0\nm=audio 9 X 97\na=rtpmap:97 OPUS/48000/2\n")).toBe(
    "v=0\nm=audio 9 X 97\na=rtpmap:97 OPUS/48000/2\na=rtcp-fb:97 nack\n",
  );
});

test("without Opus nothing is added", () => {
  const offer = `${head}m=audio 9 UDP/TLS/RTP/SAVPF 0\r\na=rtpmap:0 PCMU/8000\r\n${video}`;
  expect(withAudioNack(offer)).toBe(offer);
});
