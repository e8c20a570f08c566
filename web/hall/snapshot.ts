const every = 3000;
const width = 256;
const height = 144;
const limit = 40 * 1024;

/** For the operator's wall: a small picture of the own camera every three seconds. Four zero bytes stand for "this hall". */
export function sendSnapshots(stream: () => MediaStream, send: (message: ArrayBuffer) => void): void {
  const video = document.createElement("video");
  video.muted = true;
  video.playsInline = true;
  const canvas = document.createElement("canvas");
  canvas.width = width;
  canvas.height = height;
  const context = canvas.getContext("2d", { alpha: false });
  setInterval(() => {
    const track = stream().getVideoTracks()[0];
    if (!context || !track?.enabled || track.readyState !== "live") return;
    if (video.srcObject !== stream()) {
      video.srcObject = stream();
      video.play().catch(() => undefined);
      return;
    }
    if (video.videoWidth === 0) return;
    drawContained(context, video);
    canvas.toBlob(async (jpeg) => jpeg && jpeg.size <= limit && send(await framed(jpeg)), "image/jpeg", 0.5);
  }, every);
}

function drawContained(context: CanvasRenderingContext2D, video: HTMLVideoElement): void {
  const scale = Math.min(width / video.videoWidth, height / video.videoHeight);
  const [w, h] = [video.videoWidth * scale, video.videoHeight * scale];
  context.fillRect(0, 0, width, height);
  context.drawImage(video, (width - w) / 2, (height - h) / 2, w, h);
}

async function framed(jpeg: Blob): Promise<ArrayBuffer> {
  const message = new Uint8Array(4 + jpeg.size);
  message.set(new Uint8Array(await jpeg.arrayBuffer()), 4);
  return message.buffer;
}
