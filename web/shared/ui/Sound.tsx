import { useEffect, useRef } from "react";

interface SoundProps {
  readonly streams: readonly MediaStream[];
  readonly muted: boolean;
  /** 0 … 1; as loud as it is without. */
  readonly volume?: number;
  /** The browser wants a click before it lets sound out (after a reload). */
  readonly onBlocked: (blocked: boolean) => void;
  /** Raised by the click: play again. */
  readonly attempt: number;
}

/** The voices of the session: one element for each audio slot. The server decides who is in them. */
export function Sound({ streams, muted, volume = 1, onBlocked, attempt }: SoundProps) {
  return streams.map((stream, slot) => (
    <Voice
      key={stream.id}
      slot={slot}
      stream={stream}
      muted={muted}
      volume={volume}
      onBlocked={onBlocked}
      attempt={attempt}
    />
  ));
}

interface VoiceProps extends Omit<Required<SoundProps>, "streams"> {
  readonly stream: MediaStream;
  readonly slot: number;
}

function Voice({ stream, slot, muted, volume, onBlocked, attempt }: VoiceProps) {
  const element = useRef<HTMLAudioElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new attempt means: play again
  useEffect(() => {
    const audio = element.current;
    if (!audio) return;
    if (audio.srcObject !== stream) audio.srcObject = stream;
    audio.play().then(
      () => onBlocked(false),
      (error: unknown) => onBlocked(error instanceof DOMException && error.name === "NotAllowedError"),
    );
  }, [stream, onBlocked, attempt]);
  useEffect(() => {
    if (element.current) element.current.volume = volume;
  }, [volume]);
  return <audio ref={element} data-slot={slot} autoPlay muted={muted} />;
}
