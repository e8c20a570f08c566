let context: AudioContext | undefined;

/** One for the page; a browser lets it run after the first press of a button. */
export function audio(): AudioContext {
  context ??= new AudioContext();
  void context.resume();
  return context;
}

/** Two notes, so that it cannot be taken for a fault. Resolves when they have been played. */
export function playTone(): Promise<void> {
  const out = audio();
  const gain = out.createGain();
  gain.gain.value = 0.25;
  gain.connect(out.destination);
  return new Promise((resolve) => {
    for (const [index, frequency] of [523.25, 659.25].entries()) {
      const note = out.createOscillator();
      note.frequency.value = frequency;
      note.connect(gain);
      note.start(out.currentTime + index * 0.4);
      note.stop(out.currentTime + index * 0.4 + 0.35);
      if (index === 1) note.onended = () => resolve();
    }
  });
}

/** Records the microphone for a while, then plays it back. `onPhase` tells what is going on. */
export async function recordAndPlay(
  microphone: MediaStreamTrack,
  milliseconds: number,
  onPhase: (phase: "recording" | "playing") => void,
): Promise<void> {
  const recorder = new MediaRecorder(new MediaStream([microphone]));
  const parts: Blob[] = [];
  recorder.ondataavailable = ({ data }) => parts.push(data);
  const stopped = new Promise<void>((resolve) => {
    recorder.onstop = () => resolve();
  });
  onPhase("recording");
  recorder.start();
  setTimeout(() => recorder.stop(), milliseconds);
  await stopped;
  onPhase("playing");
  const out = audio();
  const player = out.createBufferSource();
  player.buffer = await out.decodeAudioData(await new Blob(parts).arrayBuffer());
  player.connect(out.destination);
  await new Promise<void>((resolve) => {
    player.onended = () => resolve();
    player.start();
  });
}

/** Calls `show` about 20 times a second with how loud the microphone is, 0…100. Returns what stops it. */
export function meter(stream: MediaStream, show: (level: number) => void): () => void {
  const track = stream.getAudioTracks()[0];
  if (!track) return () => undefined;
  const input = audio().createMediaStreamSource(new MediaStream([track]));
  const analyser = audio().createAnalyser();
  analyser.fftSize = 1024;
  input.connect(analyser);
  const samples = new Float32Array(analyser.fftSize);
  const timer = setInterval(() => {
    analyser.getFloatTimeDomainData(samples);
    show(levelOf(samples));
  }, 50);
  return () => {
    clearInterval(timer);
    input.disconnect();
  };
}

/** Root mean square from -60 dB (0) to 0 dB (100). */
export function levelOf(samples: Float32Array): number {
  let sum = 0;
  for (const sample of samples) sum += sample * sample;
  const decibel = 10 * Math.log10(sum / Math.max(1, samples.length) + 1e-10);
  return Math.round(Math.min(100, Math.max(0, ((decibel + 60) / 60) * 100)));
}
