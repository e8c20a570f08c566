import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { nameOf } from "./recording.ts";

/** A broadcaster's host: nginx with its RTMP module, on the loopback. */
export class RtmpHost {
  private readonly folder = mkdtempSync(join(tmpdir(), "diemcau-rtmp-"));
  private process: ChildProcess | undefined;

  constructor(private readonly port: number) {}

  address(key: string): string {
    return `rtmp://127.0.0.1:${this.port}/live/${key}`;
  }

  start(): void {
    const file = join(this.folder, "nginx.conf");
    writeFileSync(
      file,
      `load_module /usr/lib/nginx/modules/ngx_rtmp_module.so;
       daemon off; master_process off; pid nginx.pid; error_log error.log;
       events { worker_connections 64; }
       rtmp { server { listen 127.0.0.1:${this.port}; application live { live on; } } }`,
    );
    this.process = spawn("nginx", ["-c", file, "-p", this.folder, "-e", join(this.folder, "error.log")], {
      stdio: "ignore",
    });
  }

  /** As a power cut would. */
  async kill(): Promise<void> {
    if (!this.process) return;
    const over = once(this.process, "exit");
    this.process.kill("SIGKILL");
    await over;
    this.process = undefined;
  }

  async close(): Promise<void> {
    await this.kill();
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** What is sent with that key. */
  colour(key: string) {
    // The sound goes somewhere too: with nowhere to go it ends flvdemux when it comes first.
    return colourOf(
      `rtmp2src location=${this.address(key)} ! flvdemux name=d d.audio ! queue ! fakesink sync=false async=false d.video ! queue`,
    );
  }
}

/**
 * The colour in the middle of a stream's picture; `source`: GStreamer elements. undefined: none came. Who comes in
 * between two keyframes decodes grey until the next: a picture after it is looked at.
 */
export async function colourOf(source: string): Promise<ReturnType<typeof nameOf> | undefined> {
  const size = 8;
  const player = spawn(
    "gst-launch-1.0",
    `-q ${source} ! h264parse ! avdec_h264 ! videoconvert ! videoscale add-borders=false ! video/x-raw,format=RGB,width=${size},height=${size},pixel-aspect-ratio=1/1 ! fdsink fd=1`.split(
      " ",
    ),
    { stdio: ["ignore", "pipe", "ignore"] },
  );
  const frame = size * size * 3;
  const keyframeWithin = 60 * frame;
  let seen = Buffer.alloc(0);
  const late = setTimeout(() => player.kill(), 15_000);
  for await (const part of player.stdout) {
    seen = Buffer.concat([seen, part as Buffer]);
    if (seen.length >= keyframeWithin) break;
  }
  clearTimeout(late);
  player.kill();
  const middle = keyframeWithin - frame + (size / 2) * (size + 1) * 3;
  return seen.length < keyframeWithin ? undefined : nameOf([...seen.subarray(middle, middle + 3)]);
}
