/** Least time that a repaired packet needs beside the round trips: the browser looks for gaps every 20 ms. */
const looking = 30;
/** Of the line of whoever is seen, which is not known here. */
const leastRoundTrip = 50;
/** What a line that loses needs in any case. */
const least = 50;
/** What may still come too late, of all packets. */
const leftOver = 0.002;
/** Of the voice: more than this made up in an interval, and it waits longer, by so much at a time. */
const bearableGaps = 0.005;
const step = 70;
/** By what a line loses. People answer each other: ITU-T G.114 bears 400 ms in all. */
const longestVoice = 200;
/** Where that left gaps nevertheless: a word that is missing is worse than an answer that comes later. */
const longestWithGaps = 270;
const longestPicture = 400;
/** Intervals that a wait is kept for after the last loss: half a minute. */
const remembered = 15;

/** What an interval has shown. */
export interface Heard {
  /** For lost packets (NACK). */
  readonly requests: number;
  /** Packets. */
  readonly received: number;
  /** Share of the voice that was made up for lost packets. */
  readonly gaps: number;
  readonly roundTrip: number; // ms
  /** A line was cut: no wait would have helped, and what is asked for right after says nothing of how it is. */
  readonly cut: boolean;
}

export interface Playout {
  /** ms; null: as the browser thinks best. */
  readonly voice: number | null;
  readonly picture: number | null;
}

/**
 * How long voices and pictures wait before they are played, so that what a line loses can be sent again before its turn. A
 * browser by itself finds out slowly, and forgets between two bursts. A good line gets no delay.
 */
export class PlayoutTarget {
  private readonly past: Heard[] = [];
  /** Bursts take longer than their round trips say. */
  private more = 0;
  private wasCut = false;
  private current: Playout = { voice: null, picture: null };

  after(heard: Heard): Playout {
    const skipped = heard.cut || this.wasCut;
    this.wasCut = heard.cut;
    if (!skipped) this.current = this.judge(heard);
    return this.current;
  }

  private judge(heard: Heard): Playout {
    this.past.push(heard);
    if (this.past.length > remembered) this.past.shift();
    // A single request may be for a packet that was overtaken.
    if (this.past.reduce((sum, { requests }) => sum + requests, 0) < 2) {
      this.more = 0;
      return { voice: null, picture: null };
    }
    if (heard.gaps > bearableGaps) this.more = Math.min(this.more + step, longestVoice);
    const wait = Math.max(...this.past.map(needed));
    return {
      voice: Math.min(Math.min(wait, longestVoice) + this.more, longestWithGaps),
      picture: Math.min(wait + this.more, longestPicture),
    };
  }
}

function needed({ requests, received, roundTrip }: Heard): number {
  if (requests === 0) return 0;
  const loss = Math.min(0.5, requests / (requests + received));
  // So many repairs in a row can be lost before it is too late: loss^(tries + 1) are.
  const tries = Math.max(1, Math.ceil(Math.log(leftOver) / Math.log(loss)) - 1);
  return Math.round((least + tries * (Math.max(leastRoundTrip, roundTrip) + looking)) / 10) * 10;
}
