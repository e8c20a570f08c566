import { type ReactNode, useEffect, useRef, useState } from "react";

interface SlotProps {
  /** What runs in this cell; undefined: nothing is expected here. */
  readonly stream: MediaStream | undefined;
  /** Stands over the picture when there is none to show. */
  readonly cover: ReactNode;
  /** True when the picture is not to be seen (dark cell, absent hall). */
  readonly covered: boolean;
  readonly mirrored?: boolean;
}

/** A frame this fresh belongs to what is shown now. */
const freshness = 400;
/** A source may stand still (a paused film): after this long its last frame is the picture. */
const stillLimit = 1500;

/**
 * One cell's picture. Two pitfalls are dealt with here: a slot's track keeps the last frame of whatever it showed before, so
 * a cell that comes to life stays covered until a frame of its own; and a renewed peer is a new stream, so the old picture
 * is kept as a still until the new one runs. The cover lies over the video, which stays "visible" and so keeps counting frames.
 */
export function Slot({ stream, cover, covered, mirrored = false }: SlotProps) {
  const video = useRef<HTMLVideoElement>(null);
  const still = useRef<HTMLCanvasElement>(null);
  const lastFrame = useRef(Number.NEGATIVE_INFINITY);
  const [frozen, setFrozen] = useState(false);
  const [running, setRunning] = useState(false);

  useEffect(() => {
    const element = video.current;
    if (!element) return;
    let handle = 0;
    const step = () => {
      lastFrame.current = performance.now();
      setRunning(true);
      setFrozen(false);
      handle = element.requestVideoFrameCallback(step);
    };
    handle = element.requestVideoFrameCallback(step);
    return () => element.cancelVideoFrameCallback(handle);
  }, []);

  useEffect(() => {
    const element = video.current;
    if (!element || element.srcObject === (stream ?? null)) return;
    if (element.srcObject && stream && drawStill(element, still.current)) setFrozen(true);
    element.srcObject = stream ?? null;
    if (stream) element.play().catch(() => undefined);
  }, [stream]);

  useEffect(() => {
    if (covered) {
      setRunning(false);
      return;
    }
    if (performance.now() - lastFrame.current < freshness) setRunning(true);
    const timer = setTimeout(() => setRunning(true), stillLimit);
    return () => clearTimeout(timer);
  }, [covered]);

  const shown = !covered && (running || frozen);
  return (
    <div className={mirrored ? "slot mirrored" : "slot"}>
      <video ref={video} autoPlay playsInline muted />
      <canvas ref={still} hidden={!frozen} />
      {!shown && <div className="cover">{cover}</div>}
    </div>
  );
}

function drawStill(video: HTMLVideoElement, canvas: HTMLCanvasElement | null): boolean {
  if (!canvas || video.videoWidth === 0) return false;
  canvas.width = video.videoWidth;
  canvas.height = video.videoHeight;
  canvas.getContext("2d")?.drawImage(video, 0, 0);
  return true;
}
